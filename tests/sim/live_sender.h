// The police of a live world, over the public client library: sends referrals of SYNTHETIC people
// at an even pace, follows its notices, and answers what it is told, as chance has it. For one
// thread.
#ifndef AMANA_TESTS_SIM_LIVE_SENDER_H_
#define AMANA_TESTS_SIM_LIVE_SENDER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/coordination.h"
#include "agency-adapters/sdk/notices.h"
#include "agency-adapters/sdk/sender.h"
#include "agency-adapters/sdk/wrap_keeper.h"
#include "tests/sim/agenda.h"
#include "tests/sim/chance.h"
#include "tests/sim/live_escort.h"
#include "tests/sim/live_folder.h"
#include "tests/support/endpoint.h"

namespace amana::sim {

struct LiveSenderOptions {
  uint64_t seed = 1;
  double per_second = 5;
  absl::Duration sends_for;
  // A control of the judge: it stops following its notices halfway.
  bool deaf = false;
};

class LiveSender {
 public:
  static absl::StatusOr<std::unique_ptr<LiveSender>> Open(const LiveFolder& folder,
                                                          const LiveSenderOptions& options);

  // Does what is due now. Errors: what nobody would expect, a notice that is missing or not proven
  // among it.
  absl::Status Act();
  // Sends what is signed and catches up with its notices; kDeadlineExceeded when it cannot.
  absl::Status Finish(absl::Time deadline);

  size_t withdrawn() const { return withdrawn_; }
  // How long notices took from their events, ascending.
  std::vector<absl::Duration> Lags() const;
  sdk::Mailbox& mailbox() { return endpoint_->mailbox(); }

 private:
  struct Case {
    tests::ConsentUse consent;
    Digest header;
    v1::Urgency urgency = v1::URGENCY_NORMAL;
    bool minor = false;
    v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  };
  struct Need {
    v1::MatchRequest match;
    bool minor = false;
  };

  LiveSender(std::unique_ptr<tests::Endpoint> endpoint, Phone phone,
             const LiveSenderOptions& options);

  absl::Status SendOne();
  Need MakeNeed();
  absl::StatusOr<std::vector<Address>> Match(const Need& need);
  absl::StatusOr<tests::ConsentUse> Record(const v1::ConsentRecord& record);
  absl::StatusOr<tests::ConsentUse> MakeConsent(const Need& need,
                                                const std::vector<Address>& ranked);
  absl::Status Submit(const Need& need, const tests::ConsentUse& consent,
                      const std::vector<Address>& sealed);
  void PlanAhead(const StatementKey& key);

  absl::Status Listen();
  // Notices that were not looked at, oldest first.
  absl::StatusOr<std::vector<sdk::NoticeItem>> Fresh(size_t at_least);
  void On(const sdk::EventView& view);
  absl::Status Seal();  // for whom the broker has chosen
  void Wrap(const StatementKey& key);
  void Call(const StatementKey& key);
  void Reply(const sdk::EventView& question);
  void Renew(const StatementKey& key);
  void Cancel(const StatementKey& key);
  void Withdraw(const StatementKey& key);
  void Phoned(const StatementKey& key);
  // As the broker has it; none: it cannot be reached.
  std::optional<v1::TaskStatus> StatusOf(const StatementKey& key);
  void Say(const absl::StatusOr<sdk::Queued>& queued);
  void Say(const absl::StatusOr<int64_t>& entry);
  void After(absl::Duration mean, Agenda::Act act);

  const LiveSenderOptions options_;
  const std::unique_ptr<tests::Endpoint> endpoint_;
  sdk::NoticeBox notices_;
  sdk::WrapKeeper keeper_;
  sdk::Coordination coordination_;
  Phone phone_;
  LiveEscort escort_;
  Chance chance_;
  Agenda agenda_;
  const absl::Time began_;
  std::map<StatementKey, Case> cases_;
  std::vector<StatementKey> sent_;
  std::map<v1::ServiceType, std::vector<Address>> known_;  // who could be asked, when last asked
  uint64_t heard_ = 0;                                     // notices below are looked at
  bool owes_wraps_ = false;
  size_t withdrawn_ = 0;
  std::vector<absl::Duration> lags_;
  absl::Status unexpected_;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_SENDER_H_
