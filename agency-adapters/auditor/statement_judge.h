// For the files of checks.h alone: who signed what an event says, and whether that was so when the
// log took it. Signatures are verified on all cores, some thousand at a time; what is found is told
// in the order of the log.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_STATEMENT_JUDGE_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_STATEMENT_JUDGE_H_

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/auditor/checks.h"
#include "agency-adapters/sdk/event_view.h"

namespace amana::auditor {

class StatementJudge {
 public:
  // Both must outlive it.
  StatementJudge(const Evidence& evidence, Tally& tally);

  // An event in the order of the log: looked at where its statement is held here. Errors of reading
  // are told as findings.
  void Add(uint64_t index, const sdk::EventView& event);
  // Judges what is left.
  void Finish() { Judge(); }

 private:
  struct Case {
    uint64_t index = 0;
    absl::Time time;
    CertId cert;
    AgencyId actor;
    const HeldStatement* statement = nullptr;
    const crypto::Certificate* signer = nullptr;
    bool verify = false;  // its signature was not seen yet
    absl::Status found;
  };
  absl::StatusOr<const crypto::Certificate*> Find(const CertId& id, uint64_t index);
  absl::Status JudgeOne(const Case& one) const;
  void Judge();

  const Evidence& evidence_;
  Tally& tally_;
  std::map<Digest, const HeldStatement*> statements_;
  std::map<CertId, absl::Time> revoked_;
  std::map<CertId, crypto::Certificate> certificates_;  // read from the book
  std::set<std::pair<Digest, CertId>> verified_;
  std::vector<Case> cases_;
};

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_STATEMENT_JUDGE_H_
