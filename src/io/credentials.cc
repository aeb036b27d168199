#include "io/credentials.h"

#include <filesystem>

#include "base/text.h"
#include "io/contexts.h"

namespace io {

namespace {

namespace fs = std::filesystem;

/// Names, sizes and times of what is in the folder: enough to see a change without reading.
std::string fingerprint_of(const std::string& directory) {
  std::error_code error;
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator{directory, error}) {
    if (entry.path().extension() != ".pem") continue;
    const auto size = entry.file_size(error);
    const auto time = entry.last_write_time(error).time_since_epoch().count();
    files[entry.path().filename().string()] = std::to_string(size) + "/" + std::to_string(time);
  }
  std::string all;
  for (const auto& [name, state] : files) all.append(name).append(1, ' ').append(state).append(1, '\n');
  return all;
}

}  // namespace

base::Result<void, std::string> set_verify_policy(TlsOptions& options, std::string_view policy) {
  for (const auto item : base::split(policy, '|')) {
    const auto word = base::trim(item);
    const bool subjects = word.starts_with("subjects_");
    const auto side = subjects ? word.substr(9) : word;
    if (word.empty() || word == "none") continue;
    if (side != "in" && side != "out" && side != "all") return base::Unexpected<std::string>{
        "'" + std::string{word} + "' is none of none, in, out, all, subjects_in, subjects_out, subjects_all"};
    if (side != "out") options.verify_in = true, options.subjects_in |= subjects;
    if (side != "in") options.verify_out = true, options.subjects_out |= subjects;
  }
  return {};
}

base::Result<void, std::string> set_versions(TlsOptions& options, std::string_view versions) {
  bool two = false, three = false;
  std::string list{versions};
  for (char& c : list)
    if (c == '|' || c == ' ') c = ',';
  for (const auto item : base::split(list, ',')) {
    const auto word = base::lowered(item);
    if (word == "tlsv1.2") two = true;
    else if (word == "tlsv1.3") three = true;
    else if (word == "tls" || word == "sslv23") two = three = true;
    else if (!word.empty() && word != "tlsv1" && word != "tlsv1.0" && word != "tlsv1.1")
      return base::Unexpected<std::string>{"'" + std::string{item} + "' is no TLS version (tlsv1.2, tlsv1.3)"};
  }
  if (!two && !three) return base::Unexpected<std::string>{"TLS before 1.2 is broken and not spoken here: name tlsv1.2, tlsv1.3"};
  options.tls_1_2 = two;
  options.tls_1_3 = three;
  return {};
}

base::Result<std::shared_ptr<Credentials>, std::string> Credentials::load(TlsOptions options) {
  std::shared_ptr<Credentials> made{new Credentials{std::move(options)}};
  auto fingerprint = fingerprint_of(made->options_.directory);
  auto contexts = std::make_shared<Contexts>(made->options_);
  if (auto read = contexts->read(); !read) return base::Unexpected<std::string>{read.error()};
  made->contexts_ = std::move(contexts);
  made->fingerprint_ = std::move(fingerprint);
  return made;
}

Credentials::~Credentials() = default;

base::Result<Credentials::Refreshed, std::string> Credentials::refresh() {
  auto fingerprint = fingerprint_of(options_.directory);
  if (fingerprint == fingerprint_) return Refreshed::unchanged;
  fingerprint_ = std::move(fingerprint);
  auto fresh = std::make_shared<Contexts>(options_);
  if (auto read = fresh->read(); !read) return base::Unexpected<std::string>{read.error()};
  const std::lock_guard lock{mutex_};
  contexts_ = std::move(fresh);
  return Refreshed::renewed;
}

std::shared_ptr<const Credentials::Contexts> Credentials::contexts() const {
  const std::lock_guard lock{mutex_};
  return contexts_;
}

}  // namespace io
