#include "main/first_configuration.h"

#include <filesystem>
#include <fstream>

#include "base/certificate.h"
#include "main/private_file.h"

namespace ahoy {

namespace {

namespace fs = std::filesystem;

constexpr int first_user = 1000, last_user = 1009;
constexpr std::size_t password_digits = 20;  // of hexadecimal: 80 bits

/// 5066 and 7443 where SIP has 5060; a second server of this machine, with another port, gets others.
constexpr std::uint16_t ws_above_sip = 6, wss_above_sip = 2383;

std::uint16_t beside(std::uint16_t port, std::uint16_t above) {
  if (port == 0) return 0;
  const int sum = port + above;
  return static_cast<std::uint16_t>(sum > 65'535 ? port - above : sum);
}

std::string replace_all(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  for (;;) {
    const auto at = text.find(what);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    out.append(with);
    text.remove_prefix(at + what.size());
  }
}

std::string users_text(const std::vector<FirstUser>& users) {
  std::string text;
  for (const auto& user : users)
    text += "        <user id=\"" + user.id + "\">\n          <params>\n            <param name=\"password\" value=\"" +
            user.password + "\"/>\n          </params>\n          <variables>\n            <variable name=\"user_context\" "
            "value=\"default\"/>\n            <variable name=\"effective_caller_id_name\" value=\"Extension " + user.id +
            "\"/>\n            <variable name=\"effective_caller_id_number\" value=\"" + user.id +
            "\"/>\n          </variables>\n        </user>\n";
  return text;
}

}  // namespace

base::Result<std::vector<FirstUser>, std::string> make_first_configuration(const std::string& directory,
                                                                           const FirstConfiguration& options,
                                                                           base::Random& random) {
  std::vector<FirstUser> users;
  for (int id = first_user; id <= last_user; ++id) users.push_back({std::to_string(id), random.hex(password_digits)});
  const std::string domain = options.domain.empty() ? options.sip_ip : options.domain;
  for (const auto& file : configuration_templates()) {
    std::string text = replace_all(file.text, "@SIP_IP@", options.sip_ip);
    text = replace_all(text, "@EXTERNAL_IP@", options.external_ip);
    text = replace_all(text, "@SIP_PORT@", std::to_string(options.sip_port));
    text = replace_all(text, "@WS_PORT@", std::to_string(beside(options.sip_port, ws_above_sip)));
    text = replace_all(text, "@WSS_PORT@", std::to_string(beside(options.sip_port, wss_above_sip)));
    text = replace_all(text, "@DOMAIN@", domain);
    text = replace_all(text, "@USERS@", users_text(users));
    if (auto written = write_private(fs::path{directory} / file.path, text); !written)
      return base::Unexpected<std::string>{written.error()};
  }
  return users;
}

base::Result<void, std::string> make_first_certificate(const std::string& directory, const std::string& host) {
  const fs::path authority = fs::path{directory} / "cafile.pem", own = fs::path{directory} / "agent.pem";
  if (fs::exists(authority) || fs::exists(own)) return {};
  const auto made = base::make_certificates(host);
  if (!made) return base::Unexpected<std::string>{"OpenSSL could not make a certificate"};
  if (auto written = write_private(fs::path{directory} / "cakey.pem", made->authority_key_pem); !written) return written;
  if (auto written = write_private(authority, made->authority_pem); !written) return written;
  return write_private(own, made->certificate_pem + made->key_pem);
}

}  // namespace ahoy
