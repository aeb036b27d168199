// tests/scenario/memory_storage.h - a storage without a file, which can be away.
#pragma once
#include <map>

#include "store/storage.h"

namespace scenario {

struct MemoryStorage : store::Storage {
  bool away = false;
  int refused = 0;  ///< how often it was asked while away
  std::map<std::pair<std::string, std::string>, store::Binding> bindings;
  std::map<std::string, store::Ban> bans;
  std::map<std::pair<std::string, std::string>, store::Item> items;
  std::vector<store::Record> records;

  base::Result<void, store::Fault> apply(std::span<const store::Change> changes) override {
    if (is_away()) return base::Unexpected<store::Fault>{store::Fault::away};
    for (const auto& change : changes) std::visit([this](const auto& each) { take(each); }, change);
    return {};
  }
  base::Result<std::vector<store::Binding>, store::Fault> load_bindings(std::chrono::seconds now) override {
    if (is_away()) return base::Unexpected<store::Fault>{store::Fault::away};
    std::vector<store::Binding> all;
    for (const auto& [name, row] : bindings)
      if (row.expires_at > now) all.push_back(row);
    return all;
  }
  base::Result<std::vector<store::Ban>, store::Fault> load_bans(std::chrono::seconds now) override {
    if (is_away()) return base::Unexpected<store::Fault>{store::Fault::away};
    std::vector<store::Ban> all;
    for (const auto& [network, row] : bans)
      if (row.ends_at > now) all.push_back(row);
    return all;
  }
  base::Result<std::vector<store::Item>, store::Fault> load_items(const std::string& kind, std::chrono::seconds now) override {
    if (is_away()) return base::Unexpected<store::Fault>{store::Fault::away};
    std::vector<store::Item> all;
    for (const auto& [name, row] : items)
      if (name.first == kind && row.expires_at > now) all.push_back(row);
    return all;
  }

 private:
  bool is_away() {
    refused += away ? 1 : 0;
    return away;
  }
  void take(const store::Binding& row) { bindings[{row.aor, row.id}] = row; }
  void take(const store::BindingName& name) { bindings.erase({name.aor, name.id}); }
  void take(const store::Ban& row) { bans[row.network] = row; }
  void take(const store::BanName& name) { bans.erase(name.network); }
  void take(const store::Item& row) { items[{row.kind, row.key}] = row; }
  void take(const store::ItemName& name) { items.erase({name.kind, name.key}); }
  void take(const store::Record& row) { records.push_back(row); }
};

}  // namespace scenario
