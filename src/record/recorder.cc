#include "record/recorder.h"

namespace record {

void Recorder::on_hangup(const call::Leg& leg) {
  if (!database_ && !file_) return;
  auto columns = CallRecord::of(leg).columns();
  if (file_) file_->add(template_.fill(columns, leg.variables()));
  if (database_) database_->append(std::move(columns));
}

}  // namespace record
