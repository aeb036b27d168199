// main/commands.h - what the program does, by its first word. Each answers the exit status.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace ahoy {

struct ServeOptions {
  std::string config_dir;   ///< made with random credentials when it does not exist
  std::string state_dir;    ///< database, recordings, certificates, control socket
  std::string sip_ip = "127.0.0.1";  ///< of a first configuration
  std::string external_ip = "auto";  ///< ... and what is told outside (ext-sip-ip)
  std::uint16_t sip_port = 5060;
  std::uint16_t shards = 0;  ///< 0: one a core
  std::string log_level;     ///< empty: the configuration's
  std::string log_file;
  bool prove = false;        ///< two built-in phones call each other before anybody else does
  bool once = false;         ///< stop after the proof
};

/// Runs until SIGTERM or SIGINT; SIGHUP reads the configuration again.
int serve(const ServeOptions& options);

/// Where the console of a server with that state folder listens.
std::string console_socket(const std::string& state_dir);

/// A prompt with completion and history; with `line` runs that and prints the answer. 1: the answer is an error, 2: no
/// server is there.
int console(const std::string& state_dir, const std::string& line);

/// Prints the reference of all settings as Markdown.
int settings();

/// Lints a configuration; 1 when it holds an error, 2 when it cannot be read.
int check(const std::string& config_dir, bool warnings_as_errors);


}  // namespace ahoy
