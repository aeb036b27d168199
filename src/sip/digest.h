// sip/digest.h - digest authentication, both sides. RFC 7616, RFC 8760, RFC 3261 section 22.
//
// Pure: the secret key, the time and the randomness are parameters. Nonces are stateless: they carry their time and
// issuer under an HMAC; what is remembered is only how far each nonce in use has been counted.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "base/time.h"
#include "sip/header/credentials.h"
#include "sip/message.h"

namespace sip {

/// In the order of strength.
enum class Algorithm : std::uint8_t { md5, md5_sess, sha256, sha256_sess, sha512_256, sha512_256_sess };

/// "MD5", "SHA-256-sess" ...
std::string_view name(Algorithm algorithm);
/// An empty text is MD5 (RFC 2617); case does not matter.
std::optional<Algorithm> algorithm_of(std::string_view text);
base::Digest hash_of(Algorithm algorithm);
constexpr bool is_session(Algorithm algorithm) { return (static_cast<unsigned>(algorithm) & 1U) != 0; }

/// H(user:realm:password) in hexadecimal: what a directory keeps in place of a password (FreeSWITCH's a1-hash).
std::string make_ha1(base::Digest hash, std::string_view user, std::string_view realm, std::string_view password);

struct DigestInput {
  Algorithm algorithm = Algorithm::md5;
  std::string_view ha1;  // hexadecimal
  std::string_view nonce, nc, cnonce;
  std::string_view qop;  // "auth", "auth-int", or empty as in RFC 2069
  std::string_view method, uri, body;
};
/// The value of response=. Two hashes, about a microsecond.
std::string digest_response(const DigestInput& input);

/// What is known about a user: a password, or a hash of it for the realm.
struct Secret {
  std::string password;
  std::string md5_ha1, sha256_ha1, sha512_256_ha1;

  /// The HA1 for this hash; empty when neither password nor hash is there.
  std::string ha1(base::Digest hash, std::string_view user, std::string_view realm) const;
};

/// WWW-Authenticate with 401 and Authorization, or Proxy-Authenticate with 407 and Proxy-Authorization.
enum class AuthSide : std::uint8_t { server, proxy };

// --- server side -------------------------------------------------------------------------------------------

enum class Verdict : std::uint8_t {
  accepted,
  absent,     // no credentials for this realm: challenge
  stale,      // the right password with a nonce that is old, counted already, or another issuer's: challenge, stale=true
  wrong,      // wrong password or unknown user, which nobody can tell apart: challenge or 403
  malformed,  // a parameter is missing or senseless: 400
};

class Challenger {
 public:
  struct Config {
    std::string realm;
    std::string key;  // HMAC key, at least 16 random bytes, the same for all shards
    std::vector<Algorithm> algorithms{Algorithm::sha256, Algorithm::md5};  // in the order they are offered
    base::Duration nonce_life = std::chrono::minutes{5};
    std::uint16_t issuer = 0;  // the shard: others do not know how far a nonce has been counted
  };
  /// Nonces that have been used and may be used again. When more are, the oldest become stale.
  static constexpr std::size_t max_nonces = 16384;
  /// How far behind the highest count a request may arrive.
  static constexpr std::uint32_t window = 64;

  explicit Challenger(Config config);

  const Config& config() const { return config_; }
  /// Adds one challenge an algorithm; the response is a 401 or 407.
  void challenge(Message& response, AuthSide side, bool stale, base::Time now, base::Random& random) const;

  /// The username of the credentials for our realm, to look its Secret up; nullopt: Verdict::absent.
  std::optional<std::string> user_of(const Message& request, AuthSide side) const;
  /// `secret` is nullptr for an unknown user, who costs the same time as a known one with a wrong password.
  Verdict verify(const Message& request, AuthSide side, const Secret* secret, base::Time now);

  std::size_t nonces_in_use() const { return used_.size(); }

 private:
  struct Issued {
    base::Time at;
    std::uint16_t issuer;
    std::uint64_t id;
  };
  struct Count {
    std::uint32_t highest;
    std::uint64_t seen;  // bit n: highest - n was used
    base::Time issued;
  };
  std::string make_nonce(base::Time now, base::Random& random) const;
  std::optional<Issued> read_nonce(std::string_view nonce) const;
  std::optional<AuthParams> credentials(const Message& request, AuthSide side) const;
  bool is_fresh(std::string_view nonce, std::uint32_t nc, base::Time now);
  bool count(const Issued& nonce, std::uint32_t nc);
  void forget(base::Time now);

  Config config_;
  std::unordered_map<std::uint64_t, Count> used_;
  std::vector<std::uint64_t> order_;  // ring of the ids in used_, oldest first
  std::size_t oldest_ = 0;
  base::Time forgotten_ = base::Time::min();  // nonces issued until then and not in used_ are stale
  std::string dummy_ha1_;
};

// --- client side -------------------------------------------------------------------------------------------

/// Answers challenges for one account. One for each registration, gateway or call.
class Responder {
 public:
  struct Account {
    std::string user;
    Secret secret;
    std::string realm;  // empty: any
  };
  /// Realms answered at once, and challenges in a row without a success between them.
  static constexpr std::size_t max_realms = 8;
  static constexpr int max_attempts = 3;

  enum class Outcome : std::uint8_t {
    ready,        // authorize() the request and send it again
    no_account,   // none of the realms is ours
    unsupported,  // no Digest, or no algorithm or qop we know
    rejected,     // the same credentials were refused: wrong password
  };

  explicit Responder(Account account) : account_{std::move(account)} {}

  /// Reads the challenges of a 401 or 407, the strongest for each realm.
  Outcome on_challenge(const Message& response, base::Random& random);
  /// A final answer that is no challenge.
  void on_success();
  /// Puts Authorization and Proxy-Authorization for every realm known into the request, replacing older ones.
  /// Counts nc. Does nothing before the first challenge.
  void authorize(Message& request);
  bool has_challenge() const { return !realms_.empty(); }

 private:
  struct Realm {
    AuthSide side;
    std::string realm, nonce, opaque, cnonce, qop;
    Algorithm algorithm;
    bool names_algorithm;
    std::uint32_t nc = 0;
    int attempts = 0;
  };
  std::optional<Realm> read(AuthSide side, const AuthParams& challenge) const;
  Outcome accept(Realm fresh, bool stale);
  AuthParams answer(Realm& realm, const Message& request) const;
  template <class Challenge>
  void collect(const Message& response, AuthSide side, std::vector<std::pair<Realm, bool>>& best, bool& any,
               bool& foreign) const;

  Account account_;
  std::vector<Realm> realms_;
};

}  // namespace sip
