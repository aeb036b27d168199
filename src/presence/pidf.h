// presence/pidf.h - presence documents as values: PIDF (RFC 3863) with the person of RFC 4479 and the activities of RFC 4480.
//
// What is not named here (moods, places, extensions of one maker) is not kept: watchers get what every phone understands.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace presence {

/// Bytes a document may have.
inline constexpr std::size_t pidf_bytes_max = 16'384;
/// Tuples, and notes of each kind; further ones are left out.
inline constexpr std::size_t pidf_parts_max = 32;

struct Pidf {
  struct Note {
    std::string language, text;
    bool operator==(const Note&) const = default;
  };
  /// One way to communicate.
  struct Tuple {
    std::string id;
    std::optional<bool> open;               ///< basic status
    std::string contact, priority;          ///< URI; 0 to 1 as it was written
    std::vector<Note> notes;
    std::string timestamp;
    bool operator==(const Tuple&) const = default;
  };
  struct Person {
    std::vector<std::string> activities;  ///< RFC 4480 section 3.2: "away", "on-the-phone" ...
    std::vector<Note> notes;
    bool empty() const { return activities.empty() && notes.empty(); }
    bool operator==(const Person&) const = default;
  };

  std::vector<Tuple> tuples;
  Person person;
  std::vector<Note> notes;

  /// The error is a sentence.
  static base::Result<Pidf, std::string> parse(std::string_view text);
  /// `entity`: the URI of whom it is about.
  std::string print(std::string_view entity) const;
  bool operator==(const Pidf&) const = default;
};

}  // namespace presence
