#include "record/recorder.h"

namespace record {

void Recorder::on_hangup(const call::Leg& leg) {
  if (!database_ && !file_) return;
  auto columns = CallRecord::of(leg).columns();
  if (file_) file_->add(template_.fill(columns, leg.variables()));
  if (!database_) return;
  std::vector<std::pair<std::string, std::string>> row;
  row.reserve(columns.size());
  for (auto& [name, value] : columns) row.emplace_back(name, std::move(value));
  database_->append(std::move(row));
}

}  // namespace record
