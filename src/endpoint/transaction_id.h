// endpoint/transaction_id.h - names a transaction of one shard; 0 names none (an ACK to a 2xx has none).
#pragma once
#include <cstdint>

namespace endpoint {

enum class TransactionId : std::uint64_t {};
inline constexpr TransactionId no_transaction{0};

}  // namespace endpoint
