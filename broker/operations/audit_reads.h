// What parties and auditors read of the log. An auditor's reads are events, logged first.
#ifndef AMANA_BROKER_OPERATIONS_AUDIT_READS_H_
#define AMANA_BROKER_OPERATIONS_AUDIT_READS_H_

#include <string>
#include <vector>

#include "amana/v1/audit_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Puts an auditor's question into the log, with these bytes as the detail of its event; then calls
// `logged`, on any thread. It is kept for ever, so it is of 4 KiB at most (FIELD_INVALID), and
// whoever makes it of a request leaves out what this version does not know: that could be anybody's
// words. Errors of the store.
void LogAuditRead(const Context& context, const identity::Caller& caller, std::string question,
                  absl::AnyInvocable<void(absl::Status)> logged);

// Whole events for those who may see all of one, partial openings else, nothing of those the caller
// may see nothing of (event_view.h). An auditor's request stands in the log as the detail of its
// event; it may not ask for one referral. FIELD_INVALID.
void ListEvents(const Context& context, const identity::Caller& caller,
                const v1::ListEventsRequest& request,
                Reply<std::vector<v1::ListEventsResponse>> reply);

// NOT_FOUND unless the caller may see the event whole.
absl::StatusOr<v1::GetReceiptResponse> GetReceipt(const Context& context,
                                                  const identity::Caller& caller,
                                                  const v1::GetReceiptRequest& request);

// FIELD_INVALID for a size beyond the log's.
absl::StatusOr<v1::GetCheckpointResponse> GetCheckpoint(const Context& context,
                                                        const v1::GetCheckpointRequest& request);

// NOT_FOUND, TILE_PATH_MALFORMED.
absl::StatusOr<v1::ReadTileResponse> ReadTile(const Context& context,
                                              const v1::ReadTileRequest& request);

// NOT_FOUND.
absl::StatusOr<v1::GetCertificateResponse> GetCertificate(const Context& context,
                                                          const v1::GetCertificateRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_AUDIT_READS_H_
