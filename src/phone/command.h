// phone/command.h - `ahoy phone`: a telephone on the command line.
#pragma once
#include <string>

#include "phone/phone.h"

namespace phone {

/// As the user writes it; empty: the default.
struct CommandOptions {
  std::string server = "127.0.0.1";  ///< "ADDRESS[:PORT]"; without a port the one that first configurations have
  std::string user = "1000", password, domain;
  std::string local;              ///< "ADDRESS[:PORT]"; empty: the family's loopback or the interface's address.
  std::string dial;               ///< Empty: waits for a call.
  bool registers = false;
  std::string transport = "udp";  ///< udp, tcp, tls, ws, wss
  std::string authorities;        ///< PEM file: the server's certificate must come from one of these. Empty: any will do.
  std::string codecs;
  std::string play, record, digits;
  bool echo = false;
  double answer_after = 0;        ///< Seconds; negative: never.
  int reject = 0;
  double hang_up_after = 0;       ///< Seconds after the answer; 0: when the peer does.
  double wait = 60;               ///< Seconds for a call to come, or to be answered and over.
  bool json = false;
};

/// Runs until the call is over or the time is; prints the verdict. 0: answered; 1: not; 2: bad options or no
/// registration.
int run(const CommandOptions& options);

/// From text to the phone's options; the error is a sentence.
base::Result<Options, std::string> parse(const CommandOptions& options);

}  // namespace phone
