// main/console_command.cc - `ahoy console` and `ahoy trace`: the operator's end of the control socket.
#include <fmt/format.h>
#include <histedit.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <vector>

#include "base/text.h"
#include "main/commands.h"

namespace ahoy {

std::string console_socket(const std::string& state_dir) { return state_dir + "/ahoy.sock"; }

namespace {

constexpr int history_lines = 1000;

/// A blocking connection: the console has nothing else to do.
class Link {
 public:
  explicit Link(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path.data(), path.size());
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ >= 0 && ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool is_open() const { return fd_ >= 0; }

  std::optional<std::string> ask(std::string line) {
    for (char& c : line)
      if (c == '\n') c = ' ';
    line += '\n';
    if (::send(fd_, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) return std::nullopt;
    auto end = pending_.find('\n');
    for (; end == std::string::npos; end = pending_.find('\n'))
      if (!read_more()) return std::nullopt;
    const auto size = base::to_number<std::size_t>(std::string_view{pending_}.substr(0, end));
    if (!size) return std::nullopt;
    while (pending_.size() < end + 1 + *size)
      if (!read_more()) return std::nullopt;
    std::string answer = pending_.substr(end + 1, *size);
    pending_.erase(0, end + 1 + *size);
    return answer;
  }

 private:
  bool read_more() {
    char room[16'384];
    const auto got = ::recv(fd_, room, sizeof room, 0);
    if (got <= 0) return false;
    pending_.append(room, static_cast<std::size_t>(got));
    return true;
  }
  int fd_ = -1;
  std::string pending_;
};

/// First words of `help`'s lines.
std::vector<std::string> command_names(Link& link) {
  std::vector<std::string> names;
  const auto table = link.ask("show api");
  if (!table) return names;
  for (const auto line : base::split(*table, '\n'))
    if (const auto comma = line.find(','); comma != std::string_view::npos) names.emplace_back(line.substr(0, comma));
  return names;
}

struct Session {
  std::vector<std::string> names;
};

/// Completes the first word as far as all that begin so agree.
unsigned char complete(EditLine* editor, int) {
  void* data = nullptr;
  el_get(editor, EL_CLIENTDATA, &data);
  const auto* session = static_cast<const Session*>(data);
  const LineInfo* info = el_line(editor);
  const std::string_view word{info->buffer, static_cast<std::size_t>(info->cursor - info->buffer)};
  if (word.find(' ') != std::string_view::npos) return CC_ERROR;
  std::string common;
  std::size_t hits = 0;
  for (const auto& name : session->names) {
    if (!name.starts_with(word)) continue;
    if (++hits == 1) common = name;
    std::size_t same = 0;
    while (same < common.size() && same < name.size() && common[same] == name[same]) ++same;
    common.resize(same);
  }
  if (hits == 0 || (hits > 1 && common.size() == word.size())) return CC_REFRESH_BEEP;
  const std::string rest = common.substr(word.size()) + (hits == 1 ? " " : "");
  el_insertstr(editor, rest.c_str());
  return CC_REFRESH;
}

const char* prompt(EditLine*) { return "ahoy> "; }

int converse(Link& link) {
  Session session{command_names(link)};
  EditLine* editor = el_init("ahoy", stdin, stdout, stderr);
  History* history = history_init();
  HistEvent event;
  ::history(history, &event, H_SETSIZE, history_lines);
  el_set(editor, EL_PROMPT, prompt);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_HIST, ::history, history);
  el_set(editor, EL_CLIENTDATA, &session);
  el_set(editor, EL_ADDFN, "ahoy-complete", "complete a command", complete);
  el_set(editor, EL_BIND, "^I", "ahoy-complete", nullptr);
  fmt::print("Connected. `help` lists the commands, Ctrl-D leaves.\n");
  int count = 0;
  while (const char* line = el_gets(editor, &count)) {
    const auto text = std::string{base::trim({line, static_cast<std::size_t>(count)})};
    if (text.empty()) continue;
    if (text == "exit" || text == "quit" || text == "bye") break;
    ::history(history, &event, H_ENTER, text.c_str());
    const auto answer = link.ask(text);
    if (!answer) {
      fmt::print("the server has gone\n");
      break;
    }
    fmt::print("{}{}", *answer, answer->ends_with('\n') ? "" : "\n");
  }
  history_end(history);
  el_end(editor);
  return 0;
}

}  // namespace

int console(const std::string& state_dir, const std::string& line) {
  Link link{console_socket(state_dir)};
  if (!link.is_open()) {
    fmt::print(stderr, "ahoy: no server answers at {}: is it running, with this state folder?\n", console_socket(state_dir));
    return 2;
  }
  if (line.empty()) return converse(link);
  const auto answer = link.ask(line);
  if (!answer) return 2;
  fmt::print("{}{}", *answer, answer->ends_with('\n') ? "" : "\n");
  return answer->starts_with("-ERR") || answer->starts_with("-USAGE") ? 1 : 0;
}

}  // namespace ahoy
