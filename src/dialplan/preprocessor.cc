// dialplan/preprocessor.cc - includes, set and `$${name}`.
#include "dialplan/preprocessor.h"

#include <glob.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/text.h"
#include "dialplan/document.h"

namespace dialplan {

Place Source::place(std::size_t offset) const {
  const auto after =
      std::upper_bound(segments_.begin(), segments_.end(), offset,
                       [](std::size_t at, const Segment& segment) { return at < segment.offset; });
  if (after == segments_.begin()) return {files_.empty() ? std::string{} : files_[0], 1, 1};
  const auto& segment = *(after - 1);
  Place place{files_[segment.file], segment.line, segment.column};
  if (!segment.copied) return place;
  for (auto i = segment.offset; i < offset && i < text_.size(); ++i) {
    if (text_[i] == '\n') {
      ++place.line;
      place.column = 1;
    } else {
      ++place.column;
    }
  }
  return place;
}

namespace {

constexpr std::string_view directive_open = "<X-PRE-PROCESS";
constexpr std::string_view comment_open = "<!--";
constexpr std::string_view comment_close = "-->";
constexpr std::string_view cdata_open = "<![CDATA[";
constexpr std::string_view cdata_close = "]]>";

/// The value of `name="..."` or `name='...'` in a directive.
std::optional<std::string_view> quoted_attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    auto rest = base::trim(tag.substr(at + name.size()));
    if (at == 0 || !base::is_space(tag[at - 1]) || !rest.starts_with('=')) continue;
    rest = base::trim(rest.substr(1));
    if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) continue;
    const auto end = rest.find(rest[0], 1);
    if (end != std::string_view::npos) return rest.substr(1, end - 1);
  }
  return std::nullopt;
}

/// Where a tag that starts at the front ends (behind `>`), quotes respected; npos when it does not.
std::size_t tag_end(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '"' || text[i] == '\'') {
      quote = text[i];
    } else if (text[i] == '>') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

bool starts_without_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && base::same(text.substr(0, prefix.size()), prefix);
}

std::string unescape_entities(std::string_view text) {
  constexpr std::pair<std::string_view, char> entities[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string plain;
  while (!text.empty()) {
    const auto* found = std::find_if(std::begin(entities), std::end(entities),
                                     [&](const auto& entity) { return text.starts_with(entity.first); });
    plain += found != std::end(entities) ? found->second : text.front();
    text.remove_prefix(found != std::end(entities) ? found->first.size() : 1);
  }
  return plain;
}

}  // namespace

class Preprocessor {
 public:
  explicit Preprocessor(const call::Variables& presets) { out_.globals = presets; }

  void file(const std::filesystem::path& path, const Place& from, unsigned depth) {
    std::ifstream in{path, std::ios::binary};
    if (!in) return fail(from, "cannot read '" + path.string() + "'");
    const std::string text{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
    run(text, path.lexically_normal().string(), path.parent_path(), depth);
  }

  void run(std::string_view text, const std::string& file, const std::filesystem::path& directory,
           unsigned depth) {
    if (out_.source.files_.size() >= document_files_max)
      return fail({file, 1, 1}, "more than " + std::to_string(document_files_max) + " files");
    const Reader outer = reader_;
    reader_ = {.text = text, .file = static_cast<std::uint32_t>(out_.source.files_.size())};
    out_.source.files_.push_back(file);
    if (text.starts_with("\xEF\xBB\xBF")) reader_.at = 3;
    segment(true);
    while (reader_.at < reader_.text.size() && out_.ok) step(directory, depth);
    reader_ = outer;
  }

  Preprocessed take() { return std::move(out_); }

 private:
  struct Reader {
    std::string_view text;
    std::uint32_t file = 0, line = 1, column = 1;
    std::size_t at = 0;
    std::string_view rest() const { return text.substr(at); }
  };

  Place here() const { return {out_.source.files_[reader_.file], reader_.line, reader_.column}; }

  void segment(bool copied) {
    out_.source.segments_.push_back(
        {out_.source.text_.size(), reader_.file, reader_.line, reader_.column, copied});
  }

  void skip(std::size_t count) {
    for (std::size_t i = 0; i < count && reader_.at < reader_.text.size(); ++i, ++reader_.at) {
      if (reader_.text[reader_.at] == '\n') {
        ++reader_.line;
        reader_.column = 1;
      } else {
        ++reader_.column;
      }
    }
  }

  void copy(std::size_t count) {
    const auto piece = reader_.rest().substr(0, count);
    if (out_.source.text_.size() + piece.size() > document_size_max)
      return fail(here(),
                  "the configuration is larger than " + std::to_string(document_size_max >> 20) + " MiB");
    out_.source.text_ += piece;
    skip(piece.size());
  }

  void step(const std::filesystem::path& directory, unsigned depth) {
    // A place is found by counting from its segment on: keep them short.
    if (out_.source.text_.size() - out_.source.segments_.back().offset > segment_size) segment(true);
    const auto rest = reader_.rest();
    if (rest.starts_with("<!--#")) return comment_directive(directory, depth);
    if (rest.starts_with(comment_open)) return comment();
    if (rest.starts_with("<?xml")) {
      const auto end = rest.find("?>");
      skip(end == std::string_view::npos ? rest.size() : end + 2);
      return segment(true);
    }
    if (rest.starts_with(cdata_open)) {
      const auto end = rest.find(cdata_close);
      return substitute(end == std::string_view::npos ? rest.size() : end + cdata_close.size());
    }
    if (starts_without_case(rest, directive_open) && rest.size() > directive_open.size() &&
        (base::is_space(rest[directive_open.size()]) || rest[directive_open.size()] == '/'))
      return directive(directory, depth);
    // Plain text up to the next thing that may matter.
    const auto next = rest.find('<', 1);
    substitute(next == std::string_view::npos ? rest.size() : next);
  }

  /// Copies `count` bytes, global variables replaced.
  void substitute(std::size_t count) {
    const auto end = reader_.at + count;
    while (reader_.at < end && out_.ok) {
      const auto piece = reader_.text.substr(reader_.at, end - reader_.at);
      const auto dollar = piece.find("$${");
      if (dollar == std::string_view::npos) return copy(piece.size());
      copy(dollar);
      const auto close = piece.substr(dollar).find('}');
      if (close == std::string_view::npos) return copy(piece.size() - dollar);
      const auto name = piece.substr(dollar + 3, close - 3);
      segment(false);
      const auto value = out_.globals.get(name);
      if (out_.source.text_.size() + value.size() > document_size_max)
        return fail(here(),
                    "the configuration is larger than " + std::to_string(document_size_max >> 20) + " MiB");
      out_.source.text_ += value;
      skip(close + 1);
      segment(true);
    }
  }

  /// Comments are dropped. The reference runs directives even there; whoever comments one out does not expect
  /// that.
  void comment() {
    const auto rest = reader_.rest();
    const auto end = rest.find(comment_close);
    const auto inside = rest.substr(0, end);
    if (const auto at = inside.find(directive_open);
        at != std::string_view::npos && inside.substr(at).find("cmd") != std::string_view::npos)
      say(Severity::note, here(), "X-PRE-PROCESS inside a comment is not run (FreeSWITCH would run it)");
    if (end == std::string_view::npos) fail(here(), "the comment that starts here does not end with '-->'");
    skip(end == std::string_view::npos ? rest.size() : end + comment_close.size());
    segment(true);
  }

  void comment_directive(const std::filesystem::path& directory, unsigned depth) {
    const auto rest = reader_.rest();
    const auto end = rest.find(comment_close);
    if (end == std::string_view::npos)
      return fail(here(), "the comment that starts here does not end with '-->'");
    auto inside = base::trim(rest.substr(5, end - 5));
    const auto blank = std::find_if(inside.begin(), inside.end(), base::is_space) - inside.begin();
    const std::string command{inside.substr(0, static_cast<std::size_t>(blank))};
    auto data = base::trim(inside.substr(static_cast<std::size_t>(blank)));
    if (data.size() >= 2 && (data[0] == '"' || data[0] == '\'') && data.back() == data[0])
      data = data.substr(1, data.size() - 2);
    const auto place = here();
    skip(end + comment_close.size());
    if (command != "comment") perform(command, expanded(data), place, directory, depth);
    segment(true);
  }

  void directive(const std::filesystem::path& directory, unsigned depth) {
    const auto rest = reader_.rest();
    const auto end = tag_end(rest);
    const auto place = here();
    if (end == std::string_view::npos) return fail(place, "this X-PRE-PROCESS tag does not end with '/>'");
    const auto tag = rest.substr(0, end);
    const auto command = quoted_attribute(tag, "cmd");
    const auto data = quoted_attribute(tag, "data");
    skip(end);
    if (!tag.ends_with("/>")) {
      const auto close = reader_.rest().find("</");
      if (base::trim(reader_.rest().substr(0, close)).empty() && close != std::string_view::npos)
        skip(close + std::min(reader_.rest().substr(close).find('>') + 1, reader_.rest().size()));
    }
    if (!command || !data)
      say(Severity::error, place, "X-PRE-PROCESS needs the attributes cmd and data");
    else
      perform(*command, unescape_entities(expanded(*data)), place, directory, depth);
    segment(true);
  }

  std::string expanded(std::string_view text) const {
    std::string result;
    while (true) {
      const auto at = text.find("$${");
      const auto close = at == std::string_view::npos ? at : text.find('}', at);
      result += text.substr(0, close == std::string_view::npos ? text.size() : at);
      if (close == std::string_view::npos) return result;
      result += out_.globals.get(text.substr(at + 3, close - at - 3));
      text.remove_prefix(close + 1);
    }
  }

  void perform(std::string_view command, const std::string& data, const Place& place,
               const std::filesystem::path& directory, unsigned depth) {
    if (base::same(command, "set")) return assign(data, place, false);
    if (base::same(command, "env-set")) return assign(data, place, true);
    if (base::same(command, "include")) return include(data, place, directory, depth);
    constexpr std::string_view refused[] = {"exec", "exec-set", "stun-set"};
    if (std::any_of(std::begin(refused), std::end(refused),
                    [&](auto word) { return base::same(command, word); }))
      return say(
          Severity::warning, place,
          "X-PRE-PROCESS " + std::string{command} + " is not run; set the value with cmd=\"set\" instead");
    constexpr std::string_view known[] = {"set", "env-set", "include", "exec", "exec-set", "stun-set"};
    const auto near = base::nearest(command, known);
    say(Severity::error, place,
        "unknown X-PRE-PROCESS command '" + std::string{command} + "'" +
            (near.empty() ? "" : ", did you mean '" + std::string{near} + "'?"));
  }

  void assign(const std::string& data, const Place& place, bool environment) {
    const auto equals = data.find('=');
    if (equals == std::string::npos)
      return say(Severity::warning, place, "'" + data + "' is not name=value; nothing is set");
    const auto name = base::trim(std::string_view{data}.substr(0, equals));
    const std::string value{base::trim(std::string_view{data}.substr(equals + 1))};
    if (!environment) return out_.globals.set(name, value);
    const char* found = std::getenv(value.starts_with('$') ? value.c_str() + 1 : value.c_str());
    out_.globals.set(name, found != nullptr ? found : "");
  }

  void include(const std::string& pattern, const Place& place, const std::filesystem::path& directory,
               unsigned depth) {
    if (depth + 1 >= include_depth_max)
      return fail(place, "files include each other more than " + std::to_string(include_depth_max) + " deep");
    const auto path =
        std::filesystem::path{pattern}.is_absolute() ? std::filesystem::path{pattern} : directory / pattern;
    ::glob_t found{};
    std::vector<std::string> files;
    if (::glob(path.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
      files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    std::sort(files.begin(), files.end());
    const bool wild = pattern.find_first_of("*?[") != std::string::npos;
    if (files.empty())
      return say(wild ? Severity::note : Severity::warning, place, "no file matches '" + path.string() + "'");
    for (const auto& name : files)
      if (std::filesystem::is_regular_file(name) && out_.ok) file(name, place, depth + 1);
  }

  void say(Severity severity, const Place& place, std::string message) {
    if (out_.findings.size() < findings_max) out_.findings.push_back({severity, place, std::move(message)});
  }
  void fail(const Place& place, std::string message) {
    say(Severity::error, place, std::move(message));
    out_.ok = false;
  }

  static constexpr std::size_t findings_max = 10'000;
  static constexpr std::size_t segment_size = 2048;
  Preprocessed out_;
  Reader reader_;
};

Preprocessed preprocess_file(const std::string& file, const call::Variables& presets) {
  Preprocessor preprocessor{presets};
  preprocessor.file(file, {file, 1, 1}, 0);
  return preprocessor.take();
}

Preprocessed preprocess_text(std::string_view text, const std::string& file, const std::string& directory,
                             const call::Variables& presets) {
  Preprocessor preprocessor{presets};
  preprocessor.run(text, file, directory, 0);
  return preprocessor.take();
}

}  // namespace dialplan
