#ifndef AMANA_BROKER_STORE_EMBEDDED_LOG_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_LOG_TABLE_H_

#include <string>
#include <vector>

#include "broker/store/embedded/sequencer.h"
#include "broker/store/embedded/session.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// The log over a session, which must outlive it. Used by the session's thread.
class LogTable final : public Log {
 public:
  // `sequencer` is null for readers, which never append.
  LogTable(Session& session, Sequencer* sequencer) : session_(session), sequencer_(sequencer) {}

  absl::StatusOr<LogHead> Head() const override;
  absl::StatusOr<std::vector<StoredEvent>> ReadEvents(uint64_t first, size_t limit) const override;
  absl::StatusOr<std::vector<StoredEvent>> EventsOf(const ReferralId& referral, uint64_t first,
                                                    size_t limit) const override;
  absl::StatusOr<std::optional<std::vector<uint16_t>>> FindInBlock(
      uint64_t block, const TermGroups& groups) const override;
  absl::StatusOr<std::vector<Digest>> LeafHashes(uint64_t first, size_t count) const override;
  absl::StatusOr<std::string> HashTile(int level, uint64_t index, int width) const override;
  absl::StatusOr<std::vector<std::string>> LeafData(uint64_t first, size_t count) const override;
  absl::StatusOr<uint64_t> Append(events::Event event) override;

 private:
  absl::StatusOr<std::vector<StoredEvent>> ReadAll(sqlite::Statement query) const;

  Session& session_;
  Sequencer* const sequencer_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_LOG_TABLE_H_
