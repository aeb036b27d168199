// io/tls_test.cc - TLS through the real loop: who is believed, what is refused, certificates that change, rude peers.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "base/certificate.h"
#include "base/metrics.h"
#include "io/credentials.h"
#include "io/peer_names.h"
#include "io/shard.h"

using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

/// A folder of certificates that goes with the test.
struct Folder {
  std::string path = fs::temp_directory_path() / ("ahoy-tls-" + base::Random{base::Random::kernel_seed()}.hex(12));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& text) const { std::ofstream{path + "/" + name} << text; }
  io::TlsOptions options() const {
    io::TlsOptions made;
    made.directory = path;
    return made;
  }
};

void put(const Folder& folder, const base::Certificates& made, const std::string& name = "agent.pem") {
  folder.write(name, made.certificate_pem + made.key_pem);
}

struct Side : io::StreamHandler {
  std::unique_ptr<io::Stream> stream;
  std::promise<void> up;
  std::promise<io::Reason> down;
  std::string got;
  std::size_t wanted = 0;
  std::promise<void> enough;
  void on_connected() override { up.set_value(); }
  void on_bytes(std::string_view bytes) override {
    got += bytes;
    if (wanted != 0 && got.size() >= wanted) enough.set_value(), wanted = 0;
  }
  void on_closed(io::Reason reason) override { down.set_value(reason); }
};

/// A server on shard 0 that echoes, a client on shard 1.
struct Pair : io::Acceptor {
  struct Guest : Side {
    void on_bytes(std::string_view bytes) override { stream->send(bytes); }
  };
  io::Engine engine{{.shards = 2, .offload_threads = 1, .seed = {}}};
  std::shared_ptr<io::Credentials> ours;
  std::vector<std::unique_ptr<Guest>> guests;
  std::unique_ptr<io::Listener> listener;
  Side client;

  explicit Pair(const io::TlsOptions& server) : ours{io::Credentials::load(server).value()} {
    listener = engine.shard(0).listen_tls({base::Ip::v4(127, 0, 0, 1), 0}, *this, ours).value();
    engine.start();
  }
  ~Pair() override {
    on(1, [&] { client.stream.reset(); });
    on(0, [&] {
      guests.clear();
      listener.reset();
    });
    engine.stop();
  }
  void on_accepted(std::unique_ptr<io::Stream> stream) override {
    guests.push_back(std::make_unique<Guest>());
    guests.back()->stream = std::move(stream);
    guests.back()->stream->set_handler(guests.back().get());
  }
  void on(std::uint16_t id, const std::function<void()>& work) {
    engine.on_every_shard([&](io::KernelShard& shard) {
      if (shard.id() == id) work();
    });
  }
  void connect(const io::TlsOptions& options, const std::string& domain) {
    auto credentials = io::Credentials::load(options).value();
    on(1, [&] { client.stream = engine.shard(1).connect_tls(listener->local(), &client, credentials, domain); });
  }
  bool is_up() { return client.up.get_future().wait_for(10s) == std::future_status::ready; }
  io::Reason end() { return client.down.get_future().get(); }
  io::Reason server_end() {
    std::future<io::Reason> told;
    for (bool there = false; !there; std::this_thread::sleep_for(1ms))
      on(0, [&] {
        there = !guests.empty();
        if (there) told = guests[0]->down.get_future();
      });
    return told.get();
  }
  std::optional<io::PeerNames> seen_by_client() {
    std::optional<io::PeerNames> names;
    on(1, [&] {
      if (client.stream->peer()) names = *client.stream->peer();
    });
    return names;
  }
};

const base::Certificates& house() {
  static const auto made = base::make_certificates("sip.example.com").value();
  return made;
}

Folder& house_folder() {
  static Folder folder;
  static const bool done = [] {
    put(folder, house());
    folder.write("cafile.pem", house().authority_pem);
    return true;
  }();
  (void)done;
  return folder;
}

io::TlsOptions with_policy(io::TlsOptions options, std::string_view policy) {
  EXPECT_TRUE(io::set_verify_policy(options, policy));
  return options;
}

}  // namespace

TEST(Tls, BytesGoBothWaysInAnyAmount) {
  Pair pair{house_folder().options()};
  pair.client.wanted = 500'000;
  std::string sent;
  for (int i = 0; i < 100'000; ++i) sent += std::to_string(10'000 + i % 10'000);
  pair.connect(house_folder().options(), "sip.example.com");
  ASSERT_TRUE(pair.is_up());
  pair.on(1, [&] { pair.client.stream->send(sent); });
  ASSERT_EQ(pair.client.enough.get_future().wait_for(20s), std::future_status::ready);
  pair.on(1, [&] { EXPECT_EQ(pair.client.got, sent); });
}

TEST(Tls, WhatWasSentBeforeTheHandshakeFollowsIt) {
  Pair pair{house_folder().options()};
  pair.client.wanted = 5;
  auto credentials = io::Credentials::load(house_folder().options()).value();
  pair.on(1, [&] {
    pair.client.stream = pair.engine.shard(1).connect_tls(pair.listener->local(), &pair.client, credentials, {});
    pair.client.stream->send("early");
  });
  ASSERT_EQ(pair.client.enough.get_future().wait_for(10s), std::future_status::ready);
}

TEST(Tls, SEC05_AnUnknownAuthorityIsRefused) {
  Folder stranger;
  put(stranger, base::make_certificates("sip.example.com").value());
  Pair pair{stranger.options()};
  pair.connect(with_policy(house_folder().options(), "out"), "sip.example.com");
  EXPECT_EQ(pair.end(), io::Reason::not_trusted);
  EXPECT_EQ(pair.server_end(), io::Reason::handshake_failed) << "it is told by an alert";
}

TEST(Tls, SEC05_ACertificateOfAnotherDomainIsRefused) {
  Pair pair{house_folder().options()};
  pair.connect(with_policy(house_folder().options(), "subjects_out"), "sip.example.org");
  EXPECT_EQ(pair.end(), io::Reason::not_trusted);
}

TEST(Tls, SEC05_PolicyOutLooksAtTheAuthorityOnly) {
  Pair pair{house_folder().options()};
  pair.connect(with_policy(house_folder().options(), "out"), "sip.example.org");
  ASSERT_TRUE(pair.is_up());
  EXPECT_EQ(pair.seen_by_client()->dns, std::vector<std::string>{"sip.example.com"});
}

TEST(Tls, SEC05_TheRightDomainIsTaken) {
  Pair pair{house_folder().options()};
  pair.connect(with_policy(house_folder().options(), "subjects_out"), "SIP.example.com");
  ASSERT_TRUE(pair.is_up());
}

TEST(Tls, PolicyNoneProvesNothing) {
  Pair pair{house_folder().options()};
  pair.connect(house_folder().options(), "sip.example.org");
  ASSERT_TRUE(pair.is_up());
  EXPECT_FALSE(pair.seen_by_client().has_value());
}

TEST(Tls, SEC05_APhoneWithoutCertificateIsRefusedByPolicyIn) {
  // A client of TLS 1.2 that shows nothing: its own folder names no certificate of that authority.
  Folder stranger;
  put(stranger, base::make_certificates("phone.example.com").value());
  Pair pair{with_policy(house_folder().options(), "in")};
  pair.connect(stranger.options(), "sip.example.com");
  EXPECT_EQ(pair.server_end(), io::Reason::not_trusted);
}

TEST(Tls, SEC05_AKnownSubjectIsTakenAnotherIsNot) {
  for (const bool known : {true, false}) {
    auto server = with_policy(house_folder().options(), "subjects_in");
    server.in_subjects = {known ? "sip.example.com" : "somebody.else"};
    Pair pair{server};
    pair.connect(house_folder().options(), "sip.example.com");
    if (!known) {
      EXPECT_EQ(pair.server_end(), io::Reason::not_trusted);
      continue;
    }
    ASSERT_TRUE(pair.is_up());
    pair.client.wanted = 2;
    pair.on(1, [&] { pair.client.stream->send("hi"); });
    ASSERT_EQ(pair.client.enough.get_future().wait_for(10s), std::future_status::ready);
    pair.on(0, [&] { EXPECT_TRUE(pair.guests[0]->stream->peer()->stand_for("sip.example.com")); });
  }
}

TEST(Tls, VersionsAreAsTheOptionsSay) {
  auto old = house_folder().options(), fresh = house_folder().options();
  old.tls_1_3 = false;
  fresh.tls_1_2 = false;
  {
    Pair pair{house_folder().options()};
    pair.connect(old, {});
    EXPECT_TRUE(pair.is_up());
  }
  Pair pair{fresh};
  pair.connect(old, {});
  EXPECT_EQ(pair.end(), io::Reason::handshake_failed);
}

TEST(Tls, APeerThatSpeaksNoTlsIsClosedAndCounted) {
  Pair pair{house_folder().options()};
  pair.on(1, [&] {
    pair.client.stream = pair.engine.shard(1).connect(pair.listener->local(), &pair.client);
    pair.client.stream->send("OPTIONS sip:example.com SIP/2.0\r\n\r\n");
  });
  EXPECT_EQ(pair.server_end(), io::Reason::handshake_failed);
}

TEST(Tls, WhoAsksForAnotherNameGetsItsCertificate) {
  Folder folder;
  put(folder, house());
  put(folder, base::make_certificates("other.test").value(), "other.pem");
  folder.write("notes.pem", "no key in here\n");
  Pair pair{folder.options()};
  auto trusting = with_policy(folder.options(), "out");
  folder.write("cafile.pem", house().authority_pem);
  {
    // The certificate of other.test is of another authority than the one we know.
    pair.connect(trusting, "other.test");
    EXPECT_EQ(pair.end(), io::Reason::not_trusted);
  }
  Pair again{folder.options()};
  again.connect(trusting, "unknown.test");
  ASSERT_TRUE(again.is_up()) << "who asks for an unknown name gets agent.pem";
  EXPECT_TRUE(again.seen_by_client()->stand_for("sip.example.com"));
}

TEST(Tls, ACertificateReplacedOnDiskServesNewConnections) {
  Folder folder;
  put(folder, house());
  const auto next = base::make_certificates("next.example.com").value();
  folder.write("cafile.pem", house().authority_pem + next.authority_pem);
  Pair pair{folder.options()};
  EXPECT_EQ(pair.ours->refresh().value(), io::Credentials::Refreshed::unchanged);
  const auto trusting = with_policy(folder.options(), "out");
  pair.connect(trusting, "x");
  ASSERT_TRUE(pair.is_up());

  put(folder, next);
  EXPECT_EQ(pair.ours->refresh().value(), io::Credentials::Refreshed::renewed);
  // The connection that is up lives on.
  pair.client.wanted = 2;
  pair.on(1, [&] { pair.client.stream->send("hi"); });
  ASSERT_EQ(pair.client.enough.get_future().wait_for(10s), std::future_status::ready);
  Side second;
  auto credentials = io::Credentials::load(trusting).value();
  pair.on(1, [&] { second.stream = pair.engine.shard(1).connect_tls(pair.listener->local(), &second, credentials, "x"); });
  ASSERT_EQ(second.up.get_future().wait_for(10s), std::future_status::ready);
  pair.on(1, [&] {
    EXPECT_TRUE(second.stream->peer()->stand_for("next.example.com"));
    second.stream.reset();
  });
}

TEST(Tls, ABrokenCertificateIsRefusedAndTheOldOneKept) {
  Folder folder;
  put(folder, house());
  Pair pair{folder.options()};
  folder.write("agent.pem", house().certificate_pem.substr(0, 200));
  const auto refused = pair.ours->refresh();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("agent.pem holds no certificate that can be used"), std::string::npos) << refused.error();
  EXPECT_EQ(pair.ours->refresh().value(), io::Credentials::Refreshed::unchanged) << "told once";
  pair.connect(house_folder().options(), "sip.example.com");
  EXPECT_TRUE(pair.is_up());
}

TEST(Tls, WhatCannotBeLoadedIsSaidPlainly) {
  Folder folder;
  EXPECT_NE(io::Credentials::load(folder.options()).error().find("agent.pem is missing"), std::string::npos);
  folder.write("agent.pem", house().certificate_pem + base::make_certificates("x").value().key_pem);
  EXPECT_NE(io::Credentials::load(folder.options()).error().find("key"), std::string::npos);
  put(folder, house());
  auto options = folder.options();
  options.ciphers = "NONSENSE";
  EXPECT_NE(io::Credentials::load(options).error().find("tls-ciphers 'NONSENSE'"), std::string::npos);
  EXPECT_NE(io::Credentials::load(with_policy(folder.options(), "in")).error().find("cafile.pem"), std::string::npos);
}

TEST(Tls, PoliciesAndVersionsAreReadAsFreeSwitchWritesThem) {
  io::TlsOptions options;
  ASSERT_TRUE(io::set_verify_policy(options, "in|subjects_out"));
  EXPECT_TRUE(options.verify_in && options.verify_out && options.subjects_out && !options.subjects_in);
  EXPECT_FALSE(io::set_verify_policy(options, "sometimes"));
  ASSERT_TRUE(io::set_versions(options, "tlsv1,tlsv1.1,tlsv1.2"));
  EXPECT_TRUE(options.tls_1_2 && !options.tls_1_3);
  ASSERT_TRUE(io::set_versions(options, "tlsv1.2,tlsv1.3"));
  EXPECT_TRUE(options.tls_1_2 && options.tls_1_3);
  EXPECT_FALSE(io::set_versions(options, "tlsv1"));
  EXPECT_FALSE(io::set_versions(options, "ssl4"));
}
