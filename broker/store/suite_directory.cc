// The directory: versions of entries, what units say themselves, and one view of it all.
#include <gmock/gmock.h>

#include "base/testing.h"
#include "broker/routing/directory.h"
#include "broker/store/suite.h"
#include "proto/envelope/directory_testing.h"
#include "proto/envelope/statement.h"

namespace amana::store {
namespace {

constexpr v1::ServiceType kHome = v1::SERVICE_TYPE_ACCOMMODATION;

StatementRecord RecordOf(const v1::SignedEnvelope& envelope, uint64_t log_index = 0) {
  StatementRecord record;
  record.digest = envelope::PayloadDigest(envelope);
  record.cert_id = SampleId<CertId>(1);
  record.envelope = envelope.SerializeAsString();
  record.log_index = log_index;
  return record;
}

EntryRecord EntryOf(uint32_t version, std::vector<envelope::TestUnit> units,
                    std::string_view agency = "haven") {
  v1::DirectoryEntry entry = envelope::TestEntry(agency, v1::AGENCY_KIND_SHELTER, units);
  entry.set_version(version);
  if (version > 1) entry.set_previous_sha256(SampleId<Digest>(version).bytes());
  const envelope::SignedEntry signed_entry = envelope::SignEntry(entry, SampleTime());
  return {SampleAgency(agency), version, SampleTime() + absl::Minutes(version),
          RecordOf(signed_entry.entry, version), RecordOf(signed_entry.approval, version)};
}

StatementRecord ReportOf(const Address& unit, uint32_t free) {
  v1::CapacityReport report;
  *report.mutable_meta() =
      envelope::MakeMeta(envelope::TestKeeper("haven").certificate, SampleTime());
  report.mutable_unit()->set_agency(unit.agency.value());
  report.mutable_unit()->set_unit(unit.unit.value());
  v1::ServiceCapacity& room = *report.add_services();
  room.set_service(kHome), room.set_total(10), room.set_free(free);
  return RecordOf(*envelope::SignMessage(envelope::kCapacityReportType, report,
                                         envelope::TestKeeper("haven").key));
}

StatementRecord RosterOf(const Address& unit, std::string_view person) {
  v1::DutyRoster roster;
  *roster.mutable_meta() =
      envelope::MakeMeta(envelope::TestKeeper("haven").certificate, SampleTime());
  roster.mutable_unit()->set_agency(unit.agency.value());
  roster.mutable_unit()->set_unit(unit.unit.value());
  v1::Shift& shift = *roster.add_shifts();
  shift.set_from_unix_ms(ToUnixMillis(SampleTime()));
  shift.set_until_unix_ms(ToUnixMillis(SampleTime() + absl::Hours(8)));
  shift.set_person(std::string(person));
  return RecordOf(
      *envelope::SignMessage(envelope::kDutyRosterType, roster, envelope::TestKeeper("haven").key));
}

Address Intake() { return SampleAddress("haven", "intake"); }

// "amani 1: home 3 free; haven 2: coast, intake"
std::string Print(const routing::DirectoryPtr& directory) {
  std::string out;
  for (const routing::AgencyPtr& agency : directory->agencies()) {
    out += agency->id.value() + ' ' + std::to_string(agency->version) + ':';
    for (const routing::Unit& unit : agency->units) {
      out += ' ' + unit.address.unit.value();
      for (const auto& room : unit.capacity.rooms) out += '+' + std::to_string(room.free);
      for (const auto& shift : unit.roster.shifts) out += '@' + shift.person.value();
    }
    out += ';';
  }
  return out;
}

routing::DirectoryPtr In(const Snapshot& snapshot) {
  auto current = snapshot.directory().Current();
  EXPECT_TRUE(current.ok()) << current.status();
  return current.ok() ? *std::move(current) : routing::Directory::Empty();
}

TEST_P(StoreSuite, DirectoryEntriesSurviveWithEveryVersion) {
  EXPECT_EQ(Print(In(*Look())), "");
  const EntryRecord one = EntryOf(1, {{"intake", {kHome}}});
  const EntryRecord two = EntryOf(2, {{"coast", {kHome}, 1}, {"intake", {kHome}}});
  AMANA_ASSERT_OK(Do([&](Transaction& tx) { return tx.directory().SetEntry(one); }));
  AMANA_ASSERT_OK(Do([&](Transaction& tx) { return tx.directory().SetEntry(two); }));
  AMANA_ASSERT_OK(Do([&](Transaction& tx) {
    return tx.directory().SetEntry(EntryOf(1, {{"home", {kHome}}}, "amani"));
  }));
  for (const bool again : {false, true}) {
    if (again) Reopen();
    const auto look = Look();
    const routing::DirectoryPtr directory = In(*look);
    EXPECT_EQ(Print(directory), "amani 1: home;haven 2: coast intake;");
    const routing::Agency* const haven = directory->agency(SampleAgency("haven"));
    EXPECT_EQ(haven->accepted, two.accepted);
    EXPECT_EQ(haven->log_index, 2u);
    EXPECT_EQ(haven->digest, two.entry.digest);
    EXPECT_EQ(haven->units[1].sealing[0], tests::TestSealer("haven", "intake").certificate);
    for (const auto& [version, expected] :
         {std::pair{0u, &two}, std::pair{1u, &one}, std::pair{2u, &two}}) {
      const auto found = look->directory().FindEntry(SampleAgency("haven"), version);
      AMANA_ASSERT_OK(found);
      ASSERT_TRUE(found->has_value());
      EXPECT_EQ((*found)->version, expected->version);
      EXPECT_EQ((*found)->accepted, expected->accepted);
      EXPECT_EQ(Print((*found)->entry), Print(expected->entry));
      EXPECT_EQ(Print((*found)->approval), Print(expected->approval));
    }
    EXPECT_FALSE(look->directory().FindEntry(SampleAgency("haven"), 3)->has_value());
    EXPECT_FALSE(look->directory().FindEntry(SampleAgency("other"), 0)->has_value());
  }
}

TEST_P(StoreSuite, DirectoryVersionsAreConsecutive) {
  const auto set = [&](uint32_t version) {
    return ErrorReason(Do([&](Transaction& tx) {
                         return tx.directory().SetEntry(EntryOf(version, {{"intake", {kHome}}}));
                       }).status());
  };
  EXPECT_EQ(set(2), "CONFLICT");
  EXPECT_EQ(set(1), "");
  EXPECT_EQ(set(1), "CONFLICT");
  EXPECT_EQ(set(3), "CONFLICT");
  EXPECT_EQ(set(2), "");
  EntryRecord none = EntryOf(3, {});
  none.entry.envelope = "no envelope";
  EXPECT_EQ(
      ErrorReason(Do([&](Transaction& tx) { return tx.directory().SetEntry(none); }).status()),
      "PAYLOAD_TYPE_UNEXPECTED");
  EXPECT_EQ(Print(In(*Look())), "haven 2: intake;");
}

TEST_P(StoreSuite, TheDirectoryIsOneViewOfATransaction) {
  AMANA_ASSERT_OK(Do([&](Transaction& tx) {
    return tx.directory().SetEntry(EntryOf(1, {{"intake", {}}}));
  }));
  const auto before = Look();
  EXPECT_EQ(Print(In(*before)), "haven 1: intake;");
  AMANA_ASSERT_OK(Do([&](Transaction& tx) -> absl::Status {
    const Transaction& read = tx;
    AMANA_RETURN_IF_ERROR(tx.directory().SetEntry(EntryOf(2, {{"coast", {}, 1}, {"intake", {}}})));
    EXPECT_EQ(Print(In(read)), "haven 2: coast intake;");
    EXPECT_EQ(Print(In(*Look())), "haven 1: intake;");
    AMANA_RETURN_IF_ERROR(tx.directory().SetCapacity(Intake(), ReportOf(Intake(), 4)));
    EXPECT_EQ(Print(In(read)), "haven 2: coast intake+4;");
    return absl::OkStatus();
  }));
  EXPECT_EQ(Print(In(*before)), "haven 1: intake;");
  EXPECT_EQ(Print(In(*Look())), "haven 2: coast intake+4;");
  EXPECT_EQ(In(*Look()), In(*Look()));  // shared
}

TEST_P(StoreSuite, AnOldSnapshotKeepsItsDirectory) {
  AMANA_ASSERT_OK(Do([&](Transaction& tx) {
    return tx.directory().SetEntry(EntryOf(1, {{"intake", {}}}));
  }));
  const auto before = Look();
  AMANA_ASSERT_OK(before->log().Head());  // from now on it sees what there is
  for (uint32_t free = 0; free < 20; ++free) {
    AMANA_ASSERT_OK(Do([&](Transaction& tx) {
      return tx.directory().SetCapacity(Intake(), ReportOf(Intake(), free % 10));
    }));
    EXPECT_EQ(Print(In(*Look())), "haven 1: intake+" + std::to_string(free % 10) + ";");
  }
  EXPECT_EQ(Print(In(*before)), "haven 1: intake;");
}

TEST_P(StoreSuite, AWorkThatFailsLeavesTheDirectoryAsItWas) {
  AMANA_ASSERT_OK(Do([&](Transaction& tx) {
    return tx.directory().SetEntry(EntryOf(1, {{"intake", {}}}));
  }));
  for (int round = 0; round < 3; ++round) {
    const auto failed = Do([&](Transaction& tx) -> absl::Status {
      AMANA_RETURN_IF_ERROR(tx.directory().SetEntry(EntryOf(2, {{"coast", {}, 1}})));
      EXPECT_EQ(Print(In(std::as_const(tx))), "haven 2: coast;");
      return absl::CancelledError("no");
    });
    EXPECT_EQ(failed.status().code(), absl::StatusCode::kCancelled);
    AMANA_ASSERT_OK(Do([&](Transaction& tx) -> absl::Status {
      EXPECT_EQ(Print(In(std::as_const(tx))), "haven 1: intake;");
      return absl::OkStatus();
    }));
    EXPECT_EQ(Print(In(*Look())), "haven 1: intake;");
  }
  AMANA_ASSERT_OK(Do([&](Transaction& tx) {
    return tx.directory().SetEntry(EntryOf(2, {{"intake", {}}}));
  }));
  EXPECT_EQ(Print(In(*Look())), "haven 2: intake;");
}

TEST_P(StoreSuite, WhatAUnitSaysReplacesWhatItSaid) {
  const auto both = [&](uint32_t free, std::string_view person) {
    return Do([=](Transaction& tx) -> absl::Status {
      AMANA_RETURN_IF_ERROR(tx.directory().SetCapacity(Intake(), ReportOf(Intake(), free)));
      return tx.directory().SetRoster(Intake(), RosterOf(Intake(), person));
    });
  };
  EXPECT_EQ(ErrorReason(both(4, "worker-1").status()), "NOT_FOUND");
  AMANA_ASSERT_OK(Do([&](Transaction& tx) {
    return tx.directory().SetEntry(EntryOf(1, {{"intake", {}}}));
  }));
  AMANA_ASSERT_OK(both(4, "worker-1"));
  AMANA_ASSERT_OK(both(3, "worker-2"));
  EXPECT_EQ(Print(In(*Look())), "haven 1: intake+3@worker-2;");
  Reopen();
  const auto look = Look();
  EXPECT_EQ(Print(In(*look)), "haven 1: intake+3@worker-2;");
  EXPECT_EQ(look->directory().FindCapacityReport(Intake())->value().digest,
            ReportOf(Intake(), 3).digest);
  EXPECT_EQ(look->directory().FindDutyRoster(Intake())->value().digest,
            RosterOf(Intake(), "worker-2").digest);
  const Address coast = SampleAddress("haven", "coast");
  EXPECT_FALSE(look->directory().FindCapacityReport(coast)->has_value());
  EXPECT_EQ(ErrorReason(Do([&](Transaction& tx) {
                          return tx.directory().SetCapacity(coast, ReportOf(coast, 1));
                        }).status()),
            "NOT_FOUND");
}

TEST_P(StoreSuite, AUnitThatLeavesTheDirectoryTakesItsWordsWithIt) {
  const auto set = [&](uint32_t version, std::vector<envelope::TestUnit> units) {
    return Do([=](Transaction& tx) { return tx.directory().SetEntry(EntryOf(version, units)); });
  };
  AMANA_ASSERT_OK(set(1, {{"intake", {}}}));
  AMANA_ASSERT_OK(Do([&](Transaction& tx) -> absl::Status {
    AMANA_RETURN_IF_ERROR(tx.directory().SetCapacity(Intake(), ReportOf(Intake(), 4)));
    return tx.directory().SetRoster(Intake(), RosterOf(Intake(), "worker-1"));
  }));
  AMANA_ASSERT_OK(set(2, {{"coast", {}, 1}, {"intake", {}}}));
  EXPECT_EQ(Print(In(*Look())), "haven 2: coast intake+4@worker-1;");
  AMANA_ASSERT_OK(set(3, {{"coast", {}, 1}}));
  AMANA_ASSERT_OK(set(4, {{"intake", {}}}));
  EXPECT_EQ(Print(In(*Look())), "haven 4: intake;");
  Reopen();
  EXPECT_EQ(Print(In(*Look())), "haven 4: intake;");
}

TEST_P(StoreSuite, OtherBytesUnderAVersionAreKeptOnce) {
  const auto keep = [&](uint32_t number) {
    bool fresh = false;
    AMANA_EXPECT_OK(Do([&](Transaction& tx) -> absl::Status {
      AMANA_ASSIGN_OR_RETURN(fresh, tx.directory().KeepEntryEquivocation(SampleAgency("haven"), 1,
                                                                         SampleStatement(number)));
      return absl::OkStatus();
    }));
    return fresh;
  };
  EXPECT_TRUE(keep(1));
  EXPECT_FALSE(keep(1));
  EXPECT_TRUE(keep(2));
}

}  // namespace
}  // namespace amana::store
