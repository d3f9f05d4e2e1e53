// A fake broker whose log ends, and the one that goes on in its place.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_SUCCESSION_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_SDK_SUCCESSION_FOR_TEST_H_

#include <memory>
#include <string>
#include <string_view>

#include "agency-adapters/sdk/testing.h"
#include "base/clock.h"
#include "proto/envelope/recovery.h"
#include "tests/support/test_pki.h"

namespace amana::sdk::testing {

inline const absl::Time kRecoveredAt = absl::FromUnixSeconds(1'800'000'000);

inline const tests::TestIdentity& TestOperator(std::string_view person,
                                               std::string_view agency = "amana") {
  return tests::TestSigner(agency, crypto::Role::kOperator, "room", person);
}

struct RecoveredLog {
  std::unique_ptr<FakeBroker> log;
  std::string statement;  // as it is served: signed by two operators, with its receipt
};

// Of `old` the entries that `kept` is of go on; `newest` is what is known of it, both signed by it.
inline RecoveredLog Recover(const FakeBroker& old, uint64_t size, const std::string& kept,
                            const std::string& newest, std::string_view origin) {
  RecoveredLog next{std::make_unique<FakeBroker>(0, origin), ""};
  for (uint64_t i = 0; i < size; ++i) next.log->AppendOpening(old.opening(i));
  v1::RecoveryStatement statement;
  statement.set_created_unix_ms(ToUnixMillis(kRecoveredAt));
  statement.set_cause(v1::RECOVERY_CAUSE_STORE_LOST);
  statement.set_old_vkey(old.log().vkey());
  statement.set_new_vkey(next.log->log().vkey());
  statement.set_kept_checkpoint(kept);
  statement.set_newest_checkpoint(newest);
  const tests::TestIdentity& one = TestOperator("one");
  const tests::TestIdentity& two = TestOperator("two");
  const auto bare = envelope::NewRecovery(statement).value();
  const auto half = envelope::SignRecovery(bare, one.certificate, one.key, kRecoveredAt).value();
  const auto file = envelope::SignRecovery(half, two.certificate, two.key, kRecoveredAt).value();
  const uint64_t opened = next.log->Append({v1::EVENT_KIND_LOG_OPENED,
                                            file.digest(),
                                            std::nullopt,
                                            {{EventField::kDetail, file.payload()}}});
  v1::SignedRecovery served = file.message();
  *served.mutable_receipt() = next.log->ReceiptOf(opened);
  next.statement = served.SerializeAsString();
  return next;
}

}  // namespace amana::sdk::testing

#endif  // AMANA_AGENCY_ADAPTERS_SDK_SUCCESSION_FOR_TEST_H_
