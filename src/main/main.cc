// main/main.cc - the command line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "main/commands.h"
#include "main/version.h"
#include "phone/command.h"

namespace {

std::string home() {
  const char* set = std::getenv("AHOY_HOME");
  return set ? set : "var";
}

void add_serve(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("serve", "Run the server; the first start makes a configuration");
  auto options = std::make_shared<ahoy::ServeOptions>();
  options->config_dir = home() + "/config";
  options->state_dir = home() + "/state";
  command->add_option("-c,--config", options->config_dir, "Configuration folder")->capture_default_str();
  command->add_option("-s,--state", options->state_dir, "Folder for database, recordings, certificates")->capture_default_str();
  command->add_option("--sip-ip", options->sip_ip, "Address of a first configuration")->capture_default_str();
  command->add_option("--sip-port", options->sip_port, "Port of a first configuration")->capture_default_str();
  command->add_option("--shards", options->shards, "Threads; 0: one a core")->capture_default_str();
  command->add_option("--log", options->log_level, "debug, info, notice, warning, err, crit");
  command->add_option("--log-file", options->log_file, "Write the log here too");
  command->add_flag("--prove", options->prove, "Two built-in phones call each other before anybody else does");
  command->add_flag("--once", options->once, "Stop after the proof; the exit status tells how it went");
  command->callback([options, &status] { status = ahoy::serve(*options); });
}

void add_check(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("check", "Lint a configuration: file:line:column, what is wrong, what was meant");
  struct Options {
    std::string directory = home() + "/config";
    bool strict = false;
  };
  auto options = std::make_shared<Options>();
  command->add_option("DIR", options->directory, "Folder with freeswitch.xml")->capture_default_str();
  command->add_flag("--strict", options->strict, "Warnings count as errors");
  command->callback([options, &status] { status = ahoy::check(options->directory, options->strict); });
}

void add_console(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("console", "A console with completion and history; -x runs one command");
  struct Options {
    std::string state = home() + "/state", line;
  };
  auto options = std::make_shared<Options>();
  command->add_option("-s,--state", options->state, "State folder of the server")->capture_default_str();
  command->add_option("-x,--execute", options->line, "Run this command and print its answer");
  command->callback([options, &status] { status = ahoy::console(options->state, options->line); });
}

void add_phone(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("phone", "A telephone for the terminal: registers, calls, answers, plays, listens, judges");
  auto options = std::make_shared<phone::CommandOptions>();
  auto& o = *options;
  command->add_option("DIAL", o.dial, "Number or URI to call; without it the phone waits for a call");
  command->add_option("-s,--server", o.server, "ADDRESS[:PORT] of the server")->capture_default_str();
  command->add_option("-u,--user", o.user, "User")->capture_default_str();
  command->add_option("-p,--password", o.password, "Password");
  command->add_option("--domain", o.domain, "Domain; the server's address otherwise");
  command->add_option("--local", o.local, "ADDRESS[:PORT] of this phone");
  command->add_flag("-r,--register", o.registers, "Register first");
  command->add_option("--transport", o.transport, "udp, tcp, tls, ws or wss")->capture_default_str();
  command->add_flag_callback("--tcp", [&o] { o.transport = "tcp"; }, "The same as --transport tcp");
  command->add_option("--ca", o.authorities, "PEM file: the server's certificate must come from one of these authorities");
  command->add_option("--codecs", o.codecs, "PCMU,PCMA,L16");
  command->add_option("--play", o.play, "What it says: a wav file, tone_stream://..., silence_stream://...");
  command->add_option("--record", o.record, "Write what it hears to this wav file");
  command->add_option("--digits", o.digits, "DTMF to send after the answer; w waits half a second");
  command->add_flag("--echo", o.echo, "Send back what it hears");
  command->add_option("--answer-after", o.answer_after, "Seconds before it answers; negative: never")->capture_default_str();
  command->add_option("--reject", o.reject, "Refuse calls with this status");
  command->add_option("--hangup-after", o.hang_up_after, "Seconds after the answer; 0: when the peer does")->capture_default_str();
  command->add_option("--wait", o.wait, "Seconds for a call to come, or to be over")->capture_default_str();
  command->add_flag("--json", o.json, "The verdict as JSON");
  command->callback([options, &status] { status = phone::run(*options); });
}

void add_trace(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("trace", "The ladder of a call with a verdict; without CALL the latest calls");
  struct Options {
    std::string state = home() + "/state", call;
  };
  auto options = std::make_shared<Options>();
  command->add_option("CALL", options->call, "uuid of a call or leg, or the beginning of one");
  command->add_option("-s,--state", options->state, "State folder of the server")->capture_default_str();
  command->callback([options, &status] { status = ahoy::console(options->state, "trace " + options->call); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Ahoy, a SIP communications server"};
  app.set_version_flag("--version", std::string{ahoy::version});
  app.require_subcommand(1);
  int status = 0;
  add_serve(app, status);
  add_check(app, status);
  add_console(app, status);
  app.add_subcommand("settings", "The reference of every setting, as Markdown")->callback([&status] { status = ahoy::settings(); });
  add_phone(app, status);
  add_trace(app, status);
  CLI11_PARSE(app, argc, argv);
  return status;
}
