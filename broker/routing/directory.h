// The directory at one moment: what agencies offer, for whom, with how much room, and who is on
// duty. Facts only, as the signed statements of proto/amana/v1/directory.proto gave them
// (entry_facts.h); whether the registry still vouches for an agency and its keys is judged where
// they are used (delivery/recipients.h).
//
// Immutable, thread-safe. Versions share what did not change. Pointers returned live as long as the
// directory.
#ifndef AMANA_BROKER_ROUTING_DIRECTORY_H_
#define AMANA_BROKER_ROUTING_DIRECTORY_H_

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "base/ids.h"
#include "broker/routing/sla.h"
#include "proto/codes/code_set.h"
#include "proto/crypto/x509.h"

namespace amana::routing {

inline constexpr uint32_t kCounties = 47;  // ISO 3166-2:KE
// A report that is older says nothing any more: neither free nor full.
inline constexpr absl::Duration kCapacityCounts = absl::Hours(24);

using ServiceSet = codes::CodeSet<v1::ServiceType>;
using AgeSet = codes::CodeSet<v1::SubjectClass>;
using SexSet = codes::CodeSet<v1::SexConstraint>;
using AccessSet = codes::CodeSet<v1::Accessibility>;

// Minutes of one weekday (0 Monday to 6 Sunday) in Kenya's time.
struct OpeningHours {
  int weekday = 0;
  int from = 0;
  int until = 0;  // exclusive
  friend bool operator==(const OpeningHours&, const OpeningHours&) = default;
};

struct Room {
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  uint32_t total = 0;
  uint32_t free = 0;
  friend bool operator==(const Room&, const Room&) = default;
};

struct Capacity {
  absl::Time counted = absl::InfinitePast();
  std::vector<Room> rooms;  // ascending by service
  friend bool operator==(const Capacity&, const Capacity&) = default;
};

struct Shift {
  absl::Time from;
  absl::Time until;  // exclusive
  PersonId person;
  std::string phone;  // the unit's where it has none of its own
  friend bool operator==(const Shift&, const Shift&) = default;
};

struct Roster {
  absl::Time set = absl::InfinitePast();
  std::vector<Shift> shifts;  // ascending by beginning, then person
  friend bool operator==(const Roster&, const Roster&) = default;
};

struct Unit {
  Address address;
  ServiceSet services;
  uint32_t county = 0;                  // 0: outside Kenya
  std::bitset<kCounties + 1> counties;  // none: every one
  AgeSet ages;                          // AGE_UNKNOWN in it where both others are
  SexSet sexes;                         // FEMALE, MALE
  std::vector<std::string> languages;   // ISO 639-3, ascending
  AccessSet access;
  std::vector<crypto::Certificate> sealing;      // the one that became valid last first
  std::vector<OpeningHours> hours;               // ascending; none: day and night
  std::array<std::optional<SlaWindows>, 5> sla;  // by v1::Urgency
  std::string duty_phone;
  // What the unit has said itself, since.
  Capacity capacity;
  Roster roster;

  bool Serves(uint32_t county_number) const;
  bool Speaks(std::string_view language) const;
  bool OpenAt(absl::Time at) const;
  SlaWindows Sla(v1::Urgency urgency) const;
  // How much room it reported; nullptr: not for this service, or longer ago than counts.
  const Room* RoomFor(v1::ServiceType service, absl::Time now) const;
  std::vector<Shift> OnDuty(absl::Time at) const;  // ascending by beginning
};

struct Agency {
  AgencyId id;
  uint32_t version = 0;
  Digest digest;  // of the entry's payload
  v1::AgencyKind kind = v1::AGENCY_KIND_UNSPECIFIED;
  std::string country;
  bool health_qualified = false;  // a health provider, or bound by professional secrecy
  absl::Time health_qualified_until = absl::InfiniteFuture();  // exclusive
  absl::Time safeguards_until = absl::InfinitePast();          // exclusive; infinite past: none
  absl::Time accepted;
  uint64_t log_index = 0;   // of its DIRECTORY_CHANGED event
  std::vector<Unit> units;  // ascending by address

  const Unit* unit(const UnitId& id) const;  // nullptr: unknown
};
using AgencyPtr = std::shared_ptr<const Agency>;

class Directory;
using DirectoryPtr = std::shared_ptr<const Directory>;

class Directory {
 public:
  static DirectoryPtr Empty();
  // `agencies` in any order; of two entries for one agency the later version counts.
  static DirectoryPtr Of(std::vector<AgencyPtr> agencies);

  // With a new entry of this agency. What its units had said of room and duty stays with those that
  // are in it still.
  DirectoryPtr With(Agency agency) const;
  // With what a unit says itself. It must be known.
  DirectoryPtr With(const Address& unit, Capacity capacity) const;
  DirectoryPtr With(const Address& unit, Roster roster) const;
  // With this agency as it is, words of its units and all.
  DirectoryPtr Replacing(AgencyPtr agency) const;

  std::span<const AgencyPtr> agencies() const { return agencies_; }  // ascending by id
  const Agency* agency(const AgencyId& id) const;                    // nullptr: unknown
  const Unit* unit(const Address& address) const;                    // nullptr: unknown

 private:
  explicit Directory(std::vector<AgencyPtr> agencies) : agencies_(std::move(agencies)) {}

  const std::vector<AgencyPtr> agencies_;
};

}  // namespace amana::routing

#endif  // AMANA_BROKER_ROUTING_DIRECTORY_H_
