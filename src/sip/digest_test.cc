// sip/digest_test.cc - RFC 2617 and RFC 7616 examples, and both sides against each other.
#include "sip/digest.h"

#include <gtest/gtest.h>

#include "sip/header/authorization.h"
#include "sip/header/call_id.h"
#include "sip/header/proxy_authenticate.h"
#include "sip/header/proxy_authorization.h"
#include "sip/header/www_authenticate.h"

using namespace sip;
using namespace std::chrono_literals;

namespace {

constexpr base::Time start = base::Time{} + 1000s;

struct World {
  base::Random random{7};
  Challenger challenger;
  Secret secret{"secret", {}, {}, {}};
  base::Time now = start;

  explicit World(std::vector<Algorithm> algorithms = {Algorithm::md5}, std::uint16_t issuer = 1)
      : challenger{{.realm = "example.test",
                    .key = "0123456789abcdef",
                    .algorithms = std::move(algorithms),
                    .nonce_life = 5min,
                    .issuer = issuer}} {}

  Message request() { return Message::request(Method::register_, "sip:example.test"); }
  Message challenge(AuthSide side = AuthSide::server, bool stale = false) {
    auto response = Message::response(request(), side == AuthSide::server ? 401 : 407);
    challenger.challenge(response, side, stale, now, random);
    return response;
  }
  Responder responder(std::string password = "secret") {
    return Responder{{.user = "alice", .secret = {std::move(password), {}, {}, {}}, .realm = {}}};
  }
  Message authorized(Responder& responder) {
    auto message = request();
    responder.authorize(message);
    return message;
  }
  Verdict verify(const Message& message, AuthSide side = AuthSide::server) {
    return challenger.verify(message, side, &secret, now);
  }
};

/// The request with one parameter of its Authorization changed.
Message with_param(const Message& original, std::string_view name, std::string_view value) {
  auto message = original;
  auto header = *message.get<Authorization>();
  std::erase_if(header.params.items, [&](const auto& item) { return item.name == name; });
  if (!value.empty()) header.params.add_quoted(name, value);
  message.set(header);
  return message;
}

}  // namespace

TEST(Digest, SEC_01_ExampleOfRfc2617) {
  const auto ha1 = make_ha1(base::Digest::md5, "Mufasa", "testrealm@host.com", "Circle Of Life");
  EXPECT_EQ(ha1, "939e7578ed9e3c518a452acee763bce9");
  EXPECT_EQ(digest_response({.algorithm = Algorithm::md5,
                             .ha1 = ha1,
                             .nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                             .nc = "00000001",
                             .cnonce = "0a4f113b",
                             .qop = "auth",
                             .method = "GET",
                             .uri = "/dir/index.html",
                             .body = {}}),
            "6629fae49393a05397450978507c4ef1");
}

TEST(Digest, SEC_01_ExamplesOfRfc7616) {
  DigestInput input{.algorithm = Algorithm::md5,
                    .ha1 = {},
                    .nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                    .nc = "00000001",
                    .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                    .qop = "auth",
                    .method = "GET",
                    .uri = "/dir/index.html",
                    .body = {}};
  const auto md5 = make_ha1(base::Digest::md5, "Mufasa", "http-auth@example.org", "Circle of Life");
  input.ha1 = md5;
  EXPECT_EQ(digest_response(input), "8ca523f5e9506fed4657c9700eebdbec");
  const auto sha256 = make_ha1(base::Digest::sha256, "Mufasa", "http-auth@example.org", "Circle of Life");
  input.ha1 = sha256;
  input.algorithm = Algorithm::sha256;
  EXPECT_EQ(digest_response(input), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST(Digest, AlgorithmNames) {
  for (const auto a : {Algorithm::md5, Algorithm::md5_sess, Algorithm::sha256, Algorithm::sha512_256})
    EXPECT_EQ(algorithm_of(name(a)), a);
  EXPECT_EQ(algorithm_of(""), Algorithm::md5);
  EXPECT_EQ(algorithm_of("sha-256"), Algorithm::sha256);
  EXPECT_FALSE(algorithm_of("AKAv1-MD5"));
}

TEST(Digest, SEC_01_BothSidesAgreeForEveryAlgorithm) {
  for (const auto algorithm : {Algorithm::md5, Algorithm::md5_sess, Algorithm::sha256, Algorithm::sha256_sess,
                               Algorithm::sha512_256, Algorithm::sha512_256_sess}) {
    World world{{algorithm}};
    auto client = world.responder();
    EXPECT_EQ(client.on_challenge(world.challenge(), world.random), Responder::Outcome::ready);
    const auto request = world.authorized(client);
    EXPECT_EQ(world.challenger.user_of(request, AuthSide::server), "alice");
    EXPECT_EQ(world.verify(request), Verdict::accepted) << name(algorithm);
  }
}

TEST(Digest, TheStrongestChallengeIsTaken) {
  World world{{Algorithm::md5, Algorithm::sha512_256, Algorithm::sha256}};
  auto client = world.responder();
  const auto challenge = world.challenge();
  EXPECT_EQ(challenge.all<WwwAuthenticate>()->size(), 3U);
  client.on_challenge(challenge, world.random);
  const auto request = world.authorized(client);
  EXPECT_EQ(request.get<Authorization>()->params.get("algorithm"), "SHA-512-256");
  EXPECT_EQ(world.verify(request), Verdict::accepted);
}

TEST(Digest, AKeptHashTakesThePlaceOfThePassword) {
  World world{{Algorithm::sha256, Algorithm::md5}};
  world.secret = {{}, make_ha1(base::Digest::md5, "alice", "example.test", "secret"), {}, {}};
  Responder client{{.user = "alice", .secret = world.secret, .realm = {}}};
  EXPECT_EQ(client.on_challenge(world.challenge(), world.random), Responder::Outcome::ready);
  const auto request = world.authorized(client);
  EXPECT_EQ(request.get<Authorization>()->params.get("algorithm"), "MD5");
  EXPECT_EQ(world.verify(request), Verdict::accepted);
}

TEST(Digest, SEC_02_TheSameCredentialsTwiceAreStale) {
  World world;
  auto client = world.responder();
  client.on_challenge(world.challenge(), world.random);
  const auto request = world.authorized(client);
  EXPECT_EQ(world.verify(request), Verdict::accepted);
  EXPECT_EQ(world.verify(request), Verdict::stale);
}

TEST(Digest, SEC_04_ACountedNonceServesAgainAndMayArriveLate) {
  World world;
  auto client = world.responder();
  client.on_challenge(world.challenge(), world.random);
  std::vector<Message> requests;
  for (std::uint32_t i = 0; i < Challenger::window + 2; ++i) requests.push_back(world.authorized(client));
  EXPECT_EQ(world.verify(requests[0]), Verdict::accepted);
  EXPECT_EQ(world.verify(requests[5]), Verdict::accepted);
  EXPECT_EQ(world.verify(requests[3]), Verdict::accepted);
  EXPECT_EQ(world.verify(requests[3]), Verdict::stale);
  EXPECT_EQ(world.verify(requests[5]), Verdict::stale);
  EXPECT_EQ(world.verify(requests.back()), Verdict::accepted);
  EXPECT_EQ(world.verify(requests[1]), Verdict::stale);  // out of the window, though never used
  EXPECT_EQ(world.verify(requests[2]), Verdict::accepted);
}

TEST(Digest, SEC_01_ANonceGetsOld) {
  World world;
  auto client = world.responder();
  client.on_challenge(world.challenge(), world.random);
  world.now += 5min;
  EXPECT_EQ(world.verify(world.authorized(client)), Verdict::accepted);
  world.now += 1us;
  EXPECT_EQ(world.verify(world.authorized(client)), Verdict::stale);
  EXPECT_EQ(client.on_challenge(world.challenge(AuthSide::server, true), world.random), Responder::Outcome::ready);
  EXPECT_EQ(world.verify(world.authorized(client)), Verdict::accepted);
}

TEST(Digest, NoncesOfOthersAreStale) {
  World here{{Algorithm::md5}, 1}, there{{Algorithm::md5}, 2};
  auto client = here.responder();
  client.on_challenge(there.challenge(), here.random);
  EXPECT_EQ(here.verify(here.authorized(client)), Verdict::stale);

  auto forger = here.responder();
  auto challenge = here.challenge();
  auto header = *challenge.get<WwwAuthenticate>();
  for (auto& item : header.params.items)
    if (item.name == "nonce") item.value[3] = item.value[3] == '0' ? '1' : '0';
  challenge.set(header);
  forger.on_challenge(challenge, here.random);
  EXPECT_EQ(here.verify(here.authorized(forger)), Verdict::stale);
}

TEST(Digest, WrongPasswordAndUnknownUserLookTheSame) {
  World world;
  auto client = world.responder("guess");
  client.on_challenge(world.challenge(), world.random);
  const auto request = world.authorized(client);
  EXPECT_EQ(world.verify(request), Verdict::wrong);
  EXPECT_EQ(world.challenger.verify(request, AuthSide::server, nullptr, world.now), Verdict::wrong);
  const Secret empty;
  EXPECT_EQ(world.challenger.verify(request, AuthSide::server, &empty, world.now), Verdict::wrong);
  world.now += 1h;  // an old nonce does not hide a wrong password
  EXPECT_EQ(world.verify(request), Verdict::wrong);
}

// The hash that stands in for an unknown user opens nothing.
TEST(Digest, TheStandInHashIsNoPassword) {
  World world;
  Responder client{{.user = "nobody", .secret = {{}, std::string(64, '0'), {}, {}}, .realm = {}}};
  client.on_challenge(world.challenge(), world.random);
  EXPECT_EQ(world.challenger.verify(world.authorized(client), AuthSide::server, nullptr, world.now), Verdict::wrong);
}

TEST(Digest, MalformedAndAbsent) {
  World world;
  auto client = world.responder();
  EXPECT_EQ(world.verify(world.request()), Verdict::absent);
  client.on_challenge(world.challenge(), world.random);
  const auto good = world.authorized(client);
  EXPECT_EQ(world.verify(good, AuthSide::proxy), Verdict::absent);
  EXPECT_EQ(world.verify(with_param(good, "realm", "other")), Verdict::absent);
  for (const auto* name : {"username", "nonce", "uri", "response", "nc", "cnonce"})
    EXPECT_EQ(world.verify(with_param(good, name, "")), Verdict::malformed) << name;
  EXPECT_EQ(world.verify(with_param(good, "nc", "1")), Verdict::malformed);
  EXPECT_EQ(world.verify(with_param(good, "nc", "00000000")), Verdict::malformed);
  EXPECT_EQ(world.verify(with_param(good, "qop", "auth-conf")), Verdict::malformed);
  EXPECT_EQ(world.verify(with_param(good, "algorithm", "SHA-256")), Verdict::malformed);  // was not offered
  EXPECT_EQ(world.verify(with_param(good, "algorithm", "ROT13")), Verdict::malformed);
  EXPECT_EQ(world.verify(with_param(good, "uri", "sip:elsewhere")), Verdict::wrong);
  EXPECT_EQ(world.verify(good), Verdict::accepted);
}

TEST(Digest, SEC_01_PeersWithoutQopAreServedOnceANonce) {
  World world;
  auto challenge = world.challenge();
  auto header = *challenge.get<WwwAuthenticate>();
  std::erase_if(header.params.items, [](const auto& item) { return item.name == "qop"; });
  challenge.set(header);
  auto client = world.responder();
  client.on_challenge(challenge, world.random);
  const auto request = world.authorized(client);
  EXPECT_EQ(request.get<Authorization>()->params.find("nc"), nullptr);
  EXPECT_EQ(world.verify(request), Verdict::accepted);
  EXPECT_EQ(world.verify(world.authorized(client)), Verdict::stale);
}

TEST(Digest, SEC_03_401And407OfSeveralRealmsAtOnce) {
  World world;
  Challenger other{{.realm = "proxy.test", .key = "fedcba9876543210", .algorithms = {Algorithm::sha256}}};
  auto response = world.challenge();
  other.challenge(response, AuthSide::proxy, false, world.now, world.random);
  auto client = world.responder();
  EXPECT_EQ(client.on_challenge(response, world.random), Responder::Outcome::ready);
  const auto request = world.authorized(client);
  EXPECT_EQ(world.verify(request), Verdict::accepted);
  EXPECT_EQ(other.verify(request, AuthSide::proxy, &world.secret, world.now), Verdict::accepted);
  EXPECT_TRUE(request.has<ProxyAuthorization>());
}

TEST(Digest, ARefusedClientStops) {
  World world;
  auto client = world.responder("guess");
  EXPECT_EQ(client.on_challenge(world.challenge(), world.random), Responder::Outcome::ready);
  world.authorized(client);
  EXPECT_EQ(client.on_challenge(world.challenge(), world.random), Responder::Outcome::rejected);
}

TEST(Digest, AServerThatSaysStaleForeverIsGivenUp) {
  World world;
  auto client = world.responder();
  for (int i = 0; i < Responder::max_attempts; ++i) {
    EXPECT_EQ(client.on_challenge(world.challenge(AuthSide::server, true), world.random), Responder::Outcome::ready);
    world.authorized(client);
  }
  EXPECT_EQ(client.on_challenge(world.challenge(AuthSide::server, true), world.random), Responder::Outcome::rejected);
}

// Many servers change their nonce without saying stale: after a success that is no refusal.
TEST(Digest, AfterASuccessANewNonceIsTaken) {
  World world;
  auto client = world.responder();
  client.on_challenge(world.challenge(), world.random);
  world.authorized(client);
  client.on_success();
  EXPECT_EQ(client.on_challenge(world.challenge(), world.random), Responder::Outcome::ready);
}

TEST(Digest, WhatTheClientCannotAnswer) {
  World world;
  Responder elsewhere{{.user = "a", .secret = {"b", {}, {}, {}}, .realm = "other.test"}};
  EXPECT_EQ(elsewhere.on_challenge(world.challenge(), world.random), Responder::Outcome::no_account);
  auto client = world.responder();
  auto bearer = Message::response(world.request(), 401);
  bearer.add("WWW-Authenticate", "Bearer realm=\"x\"");
  bearer.add("WWW-Authenticate", "Digest realm=\"x\", nonce=\"y\", algorithm=ROT13");
  bearer.add("WWW-Authenticate", "Digest realm=\"x\", nonce=\"y\", qop=\"auth-conf\"");
  bearer.add("WWW-Authenticate", "Digest realm=");
  EXPECT_EQ(client.on_challenge(bearer, world.random), Responder::Outcome::unsupported);
  auto message = world.request();
  client.authorize(message);
  EXPECT_FALSE(message.has<Authorization>());
}

TEST(Digest, LimitOfRealms) {
  World world;
  auto response = Message::response(world.request(), 407);
  for (std::size_t i = 0; i <= Responder::max_realms; ++i)
    response.add("Proxy-Authenticate", "Digest realm=\"r" + std::to_string(i) + "\", nonce=\"n\"");
  EXPECT_EQ(world.responder().on_challenge(response, world.random), Responder::Outcome::unsupported);
}

TEST(Digest, LimitOfNoncesMakesTheOldestStaleAndNeverReplayable) {
  World world;
  auto first = world.responder();
  first.on_challenge(world.challenge(), world.random);
  const auto replay = world.authorized(first);
  EXPECT_EQ(world.verify(replay), Verdict::accepted);
  for (std::size_t i = 0; i < Challenger::max_nonces; ++i) {
    world.now += 1us;
    auto client = world.responder();
    client.on_challenge(world.challenge(), world.random);
    ASSERT_EQ(world.verify(world.authorized(client)), Verdict::accepted);
  }
  EXPECT_EQ(world.challenger.nonces_in_use(), Challenger::max_nonces);
  EXPECT_EQ(world.verify(replay), Verdict::stale);
  EXPECT_EQ(world.verify(world.authorized(first)), Verdict::stale);
  world.now += 6min;
  auto client = world.responder();
  client.on_challenge(world.challenge(), world.random);
  EXPECT_EQ(world.verify(world.authorized(client)), Verdict::accepted);
  EXPECT_EQ(world.challenger.nonces_in_use(), 1U);
}
