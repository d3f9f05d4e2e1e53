#include "broker/store/embedded/handover_rows.h"

#include "broker/store/embedded/facts_codec.h"

namespace amana::store::embedded {
namespace {

constexpr uint8_t kCustodyFormat = 6;
constexpr uint8_t kHandoverFormat = 7;

// What may be there, as a whole and whether it is.
template <typename Facts, typename Key>
void VisitCustody(auto& codec, Facts& f, bool& open, Key& key) {
  Each(codec, f.revision, f.responsible, f.since, f.referral, f.log_index, f.holder, f.none, f.exit,
       f.last_report, open, key.task.referral, key.task.task, key.attempt);
}

template <typename Facts, typename Half>
void VisitHandover(auto& codec, Facts& f, bool& half_signed, Half& half) {
  Each(codec, f.offer_epoch, f.subject, f.service, f.responsible, f.recipient, f.minor, f.state,
       f.reason, f.window_from, f.window_until, f.last_step, f.steps, f.code_commitment,
       f.wrong_codes, f.changed, f.due, f.overdue, half_signed, half.by, half.state, half.matter,
       half.statement);
}

}  // namespace

std::string FactsToRow(const CustodyRecord& custody) {
  FactsWriter writer(kCustodyFormat);
  bool open = custody.under_way.has_value();
  HandoverKey key = custody.under_way.value_or(HandoverKey());
  VisitCustody(writer, custody, open, key);
  return writer.Take();
}

std::optional<CustodyRecord> CustodyFromRow(std::string_view bytes) {
  FactsReader reader(kCustodyFormat, bytes);
  CustodyRecord custody;
  bool open = false;
  HandoverKey key;
  VisitCustody(reader, custody, open, key);
  if (!reader.Done()) return std::nullopt;
  if (open) custody.under_way = key;
  return custody;
}

std::string FactsToRow(const HandoverRecord& handover) {
  FactsWriter writer(kHandoverFormat);
  bool half_signed = handover.half.has_value();
  HalfSigned half = handover.half.value_or(HalfSigned());
  VisitHandover(writer, handover, half_signed, half);
  return writer.Take();
}

std::optional<HandoverRecord> HandoverFromRow(std::string_view bytes) {
  FactsReader reader(kHandoverFormat, bytes);
  HandoverRecord handover;
  bool half_signed = false;
  HalfSigned half;
  VisitHandover(reader, handover, half_signed, half);
  if (!reader.Done()) return std::nullopt;
  if (half_signed) handover.half = half;
  return handover;
}

}  // namespace amana::store::embedded
