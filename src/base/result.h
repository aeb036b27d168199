// base/result.h - a value, or the reason there is none.
//
// Two kinds of wrong: what a peer, a file or an operator can cause is a Result with a closed enum;
// what only we can cause is base::require().
#pragma once
#include <tl/expected.hpp>

namespace base {

template <class T, class E>
using Result = tl::expected<T, E>;

template <class E>
using Unexpected = tl::unexpected<E>;

}  // namespace base
