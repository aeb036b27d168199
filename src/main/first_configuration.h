// main/first_configuration.h - what a first start makes: a configuration with random passwords, a certificate.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"

namespace ahoy {

/// A file of config/, built into the program.
struct TemplateFile {
  std::string_view path, text;
};
std::span<const TemplateFile> configuration_templates();

struct FirstUser {
  std::string id, password;
};

struct FirstConfiguration {
  std::string sip_ip = "127.0.0.1";
  std::uint16_t sip_port = 5060;
  std::string domain;  ///< Empty: sip_ip.
};

/// Users 1000-1009 get a password each, nobody but the owner may read the files. The error is a sentence.
base::Result<std::vector<FirstUser>, std::string> make_first_configuration(const std::string& directory,
                                                                           const FirstConfiguration& options,
                                                                           base::Random& random);

/// An authority of this server's own (cafile.pem, its key in cakey.pem) and a certificate it signed (agent.pem: key and
/// certificate), valid ten and two years. Phones that verify want cafile.pem. Existing files are kept.
base::Result<void, std::string> make_first_certificate(const std::string& directory, const std::string& host);

}  // namespace ahoy
