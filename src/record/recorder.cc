#include "record/recorder.h"

namespace record {

void Recorder::on_hangup(const call::Leg& leg) {
  if (!database_ && !file_) return;
  const auto columns = CallRecord::of(leg).columns();
  if (file_) file_->add(fill_template(template_, columns, leg.variables()));
  if (!database_) return;
  std::vector<std::pair<std::string, std::string>> row;
  row.reserve(columns.size());
  for (const auto& [name, value] : columns) row.emplace_back(name, value);
  database_->append(std::move(row));
}

}  // namespace record
