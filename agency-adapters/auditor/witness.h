// A witness (https://c2sp.org/tlog-witness): cosigns the checkpoints of logs it knows when each
// shows that it only appends to the one cosigned before. So a log cannot show two histories to
// people who ask for this witness's cosignature, and one that tries leaves evidence here. What HTTP
// carries; the server is elsewhere. Thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_WITNESS_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_WITNESS_H_

#include <string>
#include <string_view>
#include <vector>

#include "agency-adapters/auditor/witness_book.h"
#include "base/clock.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/cosignature.h"
#include "proto/transparency/witness_request.h"

namespace amana::auditor {

// An answer as HTTP gives it. Text for people, but for sizes and cosignatures.
struct WitnessAnswer {
  int status = 200;
  std::string content_type;
  std::string body;
};

class Witness {
 public:
  // `logs` by their keys: the name of a key is the origin of its log. Does not own the book and
  // the clock.
  Witness(transparency::Cosigner cosigner, std::vector<transparency::NoteVerifier> logs,
          WitnessBook& book, const Clock& clock)
      : cosigner_(std::move(cosigner)), logs_(std::move(logs)), book_(book), clock_(clock) {}

  // POST <prefix>/add-checkpoint. The new checkpoint is durable before it is cosigned:
  //   200  one cosignature line
  //   400  malformed, or an old size beyond the checkpoint's
  //   403  not signed by the log
  //   404  no log of ours has this origin
  //   409  not the size that is held (the body says which), or the same size with another root
  //   422  the consistency proof does not hold
  //   500  the book cannot be read or written
  WitnessAnswer AddCheckpoint(std::string_view body);

  // GET <prefix>/checkpoint/<hex of SHA-256 of the origin>: the newest that was cosigned, with both
  // signatures, for monitors. 404 for a log that is not known, or of which nothing was cosigned.
  WitnessAnswer Newest(std::string_view origin_hash);

 private:
  WitnessAnswer Judge(const transparency::WitnessRequest& request,
                      const transparency::Checkpoint& checkpoint,
                      const transparency::NoteVerifier& log);
  WitnessAnswer Cosign(const transparency::WitnessRequest& request,
                       const transparency::Checkpoint& checkpoint,
                       const transparency::NoteVerifier& log);

  const transparency::Cosigner cosigner_;
  const std::vector<transparency::NoteVerifier> logs_;
  WitnessBook& book_;
  const Clock& clock_;
};

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_WITNESS_H_
