// dialplan/configuration.cc - building a snapshot.
#include "dialplan/configuration.h"

#include <filesystem>

#include "dialplan/document.h"

namespace dialplan {

const Profile* Configuration::profile(std::string_view name) const {
  for (const auto& each : profiles) {
    if (base::same(each.name, name)) return &each;
    for (const auto& alias : each.aliases)
      if (base::same(alias, name)) return &each;
  }
  return nullptr;
}

std::optional<TimeZone> find_zone(const Configuration* configuration, std::string_view name) {
  if (configuration != nullptr)
    if (const auto found = configuration->zones.find(name); found != configuration->zones.end())
      return found->second;
  return TimeZone::named(name);
}

namespace {

void read_zones(const Document& document, Configuration& into) {
  for (const auto& zone : document.configuration("timezones.conf").child("timezones").children("zone")) {
    const auto name = zone.attribute("name");
    if (auto rule = TimeZone::parse(zone.attribute("value")))
      into.zones.emplace(std::string{name}, std::move(*rule));
    else
      into.findings.push_back({Severity::note, zone.place("value"),
                               "'" + std::string{zone.attribute("value")} +
                                   "' is not a time zone rule; the system's "
                                   "own zone '" +
                                   std::string{name} + "' is used"});
  }
}

base::Result<Snapshot, Findings> build(base::Result<Document, Findings> document) {
  if (!document) return base::Unexpected<Findings>{std::move(document.error())};
  auto configuration = std::make_shared<Configuration>();
  configuration->findings = document->findings();
  configuration->globals = document->globals();
  configuration->plan = Plan::read(*document, configuration->findings);
  configuration->directory = Directory::read(*document, configuration->findings);
  configuration->profiles = read_profiles(*document, configuration->findings);
  configuration->core = read_core(*document, configuration->findings);
  configuration->acls = Acls::read(*document, configuration->directory, configuration->findings);
  configuration->guard = GuardConfiguration::read(*document, configuration->findings);
  read_zones(*document, *configuration);
  if (any_error(configuration->findings))
    return base::Unexpected<Findings>{std::move(configuration->findings)};
  return Snapshot{std::move(configuration)};
}

}  // namespace

base::Result<Snapshot, Findings> load(const std::string& directory, const call::Variables& presets) {
  return build(Document::load((std::filesystem::path{directory} / "freeswitch.xml").string(), presets));
}

base::Result<Snapshot, Findings> load_text(std::string_view xml, const std::string& file,
                                           const std::string& directory, const call::Variables& presets) {
  return build(Document::parse(xml, file, directory, presets));
}

}  // namespace dialplan
