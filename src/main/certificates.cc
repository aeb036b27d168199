#include "main/certificates.h"

#include <set>

#include "base/log.h"
#include "base/metrics.h"
#include "base/text.h"

namespace ahoy {

namespace {

using Failure = base::Unexpected<std::string>;

const base::metrics::Counter renewed{"ahoy_tls_certificates_renewed_total", "Times changed certificates were taken over"};
const base::metrics::Counter refused{"ahoy_tls_certificates_refused_total", "Times changed certificates were refused: broken"};

}  // namespace

base::Result<io::TlsOptions, std::string> tls_options(const dialplan::ProfileSettings& settings,
                                                      const std::string& usual_directory) {
  io::TlsOptions options;
  options.directory = settings.tls_cert_dir.empty() ? usual_directory : settings.tls_cert_dir;
  options.passphrase = settings.tls_passphrase;
  options.ciphers = settings.tls_ciphers;
  options.verify_depth = static_cast<int>(settings.tls_verify_depth);
  options.verify_date = settings.tls_verify_date;
  for (const auto subject : base::split(settings.tls_verify_in_subjects, '|'))
    if (const auto name = base::trim(subject); !name.empty()) options.in_subjects.emplace_back(name);
  if (auto set = io::set_verify_policy(options, settings.tls_verify_policy); !set)
    return Failure{"tls-verify-policy: " + set.error()};
  if (auto set = io::set_versions(options, settings.tls_version); !set) return Failure{"tls-version: " + set.error()};
  return options;
}

Certificates::Certificates(io::Shard& shard, std::string directory)
    : shard_{shard}, directory_{std::move(directory)}, timer_{[this] { look(); }} {}

std::shared_ptr<io::Credentials> Certificates::found(const ByProfile& all, const std::string& profile) {
  const auto known = all.find(profile);
  return known == all.end() ? nullptr : known->second;
}

base::Result<void, std::string> Certificates::read(const dialplan::Profile& profile) {
  if (directory_.empty()) return {};
  const auto& settings = profile.settings;
  auto options = tls_options(settings, directory_);
  if (!options) return Failure{"profile " + profile.name + ": " + options.error()};
  // Without a TLS port of its own a profile still connects by TLS, showing nothing.
  if (!settings.tls) options->own_file.clear();
  auto sip = io::Credentials::load(*options);
  if (!sip) return Failure{"profile " + profile.name + ": " + sip.error()};
  sip_[profile.name] = std::move(*sip);
  if (settings.wss_binding.empty()) return {};
  options->own_file = "wss.pem";
  // Browsers have no certificates to show.
  options->verify_in = options->subjects_in = false;
  auto web = io::Credentials::load(*options);
  if (!web) return Failure{"profile " + profile.name + ": " + web.error()};
  web_[profile.name] = std::move(*web);
  return {};
}

void Certificates::watch() {
  if (!sip_.empty()) timer_.start(shard_.timers(), shard_.now() + look_every);
}

void Certificates::look() {
  timer_.start(shard_.timers(), shard_.now() + look_every);
  if (looking_ && *looking_) return;  // a slow disk
  struct Told {
    std::shared_ptr<io::Credentials> credentials;
    base::Result<io::Credentials::Refreshed, std::string> outcome = io::Credentials::Refreshed::unchanged;
  };
  auto all = std::make_shared<std::vector<Told>>();
  for (const auto* map : {&sip_, &web_})
    for (const auto& [profile, credentials] : *map) all->push_back({credentials});
  const auto busy = looking_ = std::make_shared<bool>(true);
  const bool taken = shard_.offload(
      [all] {
        for (auto& each : *all) each.outcome = each.credentials->refresh();
      },
      [all, busy] {
        *busy = false;
        std::set<std::string> told;  // several profiles, or TLS and WSS, share a folder
        for (const auto& [credentials, outcome] : *all) {
          const auto& directory = credentials->options().directory;
          const bool changed = !outcome || *outcome == io::Credentials::Refreshed::renewed;
          if (!changed || !told.insert(directory + (outcome ? "" : outcome.error())).second) continue;
          if (!outcome) {
            refused.add();
            base::log::error("tls", "the changed certificates in {} are not used, the old ones stay: {}", directory, outcome.error());
          } else {
            renewed.add();
            base::log::notice("tls", "certificates in {} have changed: new connections use them", directory);
          }
        }
      });
  if (!taken) *busy = false;
}

}  // namespace ahoy
