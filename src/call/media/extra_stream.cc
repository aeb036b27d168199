#include "call/media/extra_stream.h"

#include <utility>

namespace call {

ExtraStream::ExtraStream(io::Shard& shard, PortPool& pool, const base::Ip& local, bool auto_adjust, std::size_t index)
    : index_{index}, transport_{shard, pool, local, auto_adjust, Transport::Content::anything, *this} {}

void ExtraStream::join(ExtraStream& other) {
  part();
  other.part();
  other_ = &other;
  other.other_ = this;
}

void ExtraStream::part() {
  if (auto* other = std::exchange(other_, nullptr)) other->other_ = nullptr;
}

void ExtraStream::on_rtp(const rtp::Packet&, std::string_view datagram) {
  if (other_) other_->transport_.send_rtp(datagram);
}

void ExtraStream::on_rtcp(std::string_view datagram) {
  if (other_) other_->transport_.send_rtcp(datagram);
}

}  // namespace call
