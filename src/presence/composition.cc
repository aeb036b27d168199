#include "presence/composition.h"

#include <algorithm>

namespace presence {

namespace {

/// Publishers do not know of each other: the second "t1" is another one.
void add_tuple(Pidf& document, Pidf::Tuple tuple) {
  const auto taken = [&](const std::string& id) { return std::ranges::find(document.tuples, id, &Pidf::Tuple::id) != document.tuples.end(); };
  const std::string wanted = tuple.id.empty() ? "t" : tuple.id;
  tuple.id = wanted;
  for (int i = 2; taken(tuple.id); ++i) tuple.id = wanted + "-" + std::to_string(i);
  document.tuples.push_back(std::move(tuple));
}

void add_call(const Resource& resource, Pidf::Person& person) {
  if (resource.dialogs.empty()) return;
  const bool talks = std::ranges::any_of(resource.dialogs, [](const Dialog& each) { return each.state == DialogState::confirmed; });
  const bool rings = !talks && std::ranges::none_of(resource.dialogs, &Dialog::initiator);
  auto& activities = person.activities;
  if (!rings && std::ranges::find(activities, "on-the-phone") == activities.end()) activities.emplace_back("on-the-phone");
  if (person.notes.empty()) person.notes.push_back({{}, rings ? "Ringing" : "On the phone"});
}

}  // namespace

Pidf compose(const Resource& resource) {
  Pidf document;
  const auto add = [&document](const Pidf& published) {
    for (const auto& tuple : published.tuples) add_tuple(document, tuple);
    document.notes.insert(document.notes.end(), published.notes.begin(), published.notes.end());
    // A person is one: the newest word counts.
    if (document.person.empty()) document.person = published.person;
  };
  std::for_each(resource.publications.rbegin(), resource.publications.rend(), add);
  if (resource.publications.empty()) add_tuple(document, {"registration", !resource.contacts.empty(), {}, {}, {}, {}});
  add_call(resource, document.person);
  return document;
}

}  // namespace presence
