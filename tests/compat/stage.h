// tests/compat/stage.h - one recorded call played again: the whole server, its caller, its called side, on one host.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/house.h"
#include "main/server.h"
#include "sim/world.h"
#include "tests/compat/called_side.h"
#include "tests/support/json.h"

namespace compat {

inline const base::Address server_address{base::Ip::v4(127, 0, 0, 1), 35080};
inline const base::Address caller_address{base::Ip::v4(127, 0, 0, 1), 35070};
inline const base::Address called_address{base::Ip::v4(127, 0, 0, 1), 35999};
inline constexpr std::string_view context_name = "ctx";
/// Its Call-ID, which the profile makes its uuid.
inline constexpr std::string_view a_uuid = "a0000000-0000-4000-8000-00000000000a";

/// What the caller saw, in order; times since its INVITE.
struct ToCaller {
  std::string text;  ///< "486 Busy Here", or a method
  std::string reason, challenge, direction;
  std::vector<std::string> contacts;
  std::map<std::string, std::string> extra;  ///< X- and Error-Info headers
  bool sdp = false;
  base::Duration at{};
};

/// A phone that sends one INVITE, acknowledges, and agrees to everything asked of it.
class Caller : public io::UdpReceiver {
 public:
  Caller(io::Shard& shard, const test::Json& call);
  void invite();
  void info(char digit);
  /// CANCEL or BYE, whichever is right.
  void hang_up();
  const std::vector<ToCaller>& heard() const { return heard_; }

  void on_datagrams(std::span<const io::Datagram> batch) override;

 private:
  void on_response(const std::string& response);
  void on_request(const std::string& request);
  void send(std::string_view method, int cseq, const std::string& to, const std::string& branch, std::string_view more = {},
            std::string_view body = {});

  io::Shard& shard_;
  const test::Json& call_;
  std::unique_ptr<io::UdpSocket> socket_;
  std::string target_, from_, to_, contact_;
  base::Time begun_{};
  int cseq_ = 1;
  int final_status_ = 0;
  bool over_ = false;
  std::string last_request_;
  std::vector<ToCaller> heard_;
};

/// What happened to one leg, taken down when it was gone.
struct LegRecord {
  std::string uuid, channel, cause;
  bool outgoing = false;
  std::vector<std::pair<std::string, std::string>> executed, responses;
  std::vector<base::Duration> executed_at;
  std::vector<std::string> caller_id;  ///< caller name, number, callee name, number
  call::Variables variables;
  bool over = false;
};

class Stage : call::Observer {
 public:
  /// `folder`: where sounds are and recordings may be.
  Stage(const test::Json& one, const std::string& folder);
  ~Stage() override;
  /// The whole case, in virtual time.
  void play();

  const std::string& trouble() const { return trouble_; }
  const LegRecord* a() const;
  /// Outgoing legs, in the order of their birth.
  std::vector<const LegRecord*> outgoing() const;
  const std::vector<ToCaller>& to_caller() const { return caller_->heard(); }
  const CalledSide& called() const { return *called_; }
  const std::string& reply() const { return reply_; }
  base::Time begun() const { return begun_; }

 private:
  struct Cue {
    base::Duration at;
    std::function<void()> act;
  };
  void load(const std::string& folder);
  std::vector<Cue> cues();
  void add_step(std::vector<Cue>& all, const test::Json& step);
  void execute(std::string line, std::string* answer);
  LegRecord& record_of(const call::Leg& leg);
  base::Duration since() const { return world_.now() - begun_; }
  bool everybody_gone() const;

  void on_created(const call::Leg& leg) override { record_of(leg); }
  void on_execute(const call::Leg& leg, std::string_view application, std::string_view data) override;
  void on_executed(const call::Leg& leg, std::string_view application) override;
  void on_hangup(const call::Leg& leg) override;
  void on_destroyed(const call::Leg& leg) override;

  const test::Json& case_;
  sim::World world_;
  sim::Host& host_;
  dialplan::Snapshot configuration_;
  std::unique_ptr<ahoy::Server> server_;
  control::House house_;
  std::unique_ptr<Caller> caller_;
  std::unique_ptr<CalledSide> called_;
  std::vector<std::unique_ptr<LegRecord>> legs_;
  std::vector<base::Task<void>> commands_;
  std::string reply_, trouble_;
  base::Time begun_{};
};

}  // namespace compat
