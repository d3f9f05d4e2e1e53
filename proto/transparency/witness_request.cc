#include "proto/transparency/witness_request.h"

#include <optional>
#include <utility>

#include "proto/transparency/errors.h"
#include "proto/transparency/note.h"
#include "proto/transparency/text.h"

namespace amana::transparency {
namespace {

constexpr std::string_view kOld = "old ";

}  // namespace

std::string FormatWitnessRequest(const WitnessRequest& request) {
  std::string body(kOld);
  body += std::to_string(request.old_size);
  body += '\n';
  for (const Digest& hash : request.proof) {
    body += EncodeBase64(hash.view());
    body += '\n';
  }
  body += '\n';
  body += request.checkpoint;
  return body;
}

absl::StatusOr<WitnessRequest> ParseWitnessRequest(std::string_view body) {
  if (body.size() > kMaxWitnessRequestBytes) return WitnessRequestMalformed("it is too large");
  WitnessRequest request;
  std::optional<std::string_view> line = TakeLine(body);
  if (!line || !line->starts_with(kOld)) return WitnessRequestMalformed("no old size line");
  const std::optional<uint64_t> old_size = ParseDecimal(line->substr(kOld.size()));
  if (!old_size) return WitnessRequestMalformed("the old size is not a canonical decimal");
  request.old_size = *old_size;
  while (true) {
    line = TakeLine(body);
    if (!line) return WitnessRequestMalformed("no empty line after the consistency proof");
    if (line->empty()) break;
    if (request.proof.size() == kMaxConsistencyLines) {
      return WitnessRequestMalformed("the consistency proof is over 63 hashes");
    }
    const std::optional<Digest> hash = DecodeBase64Digest(*line);
    if (!hash) return WitnessRequestMalformed("a proof line is not the base64 of 32 bytes");
    request.proof.push_back(*hash);
  }
  if (body.empty()) return WitnessRequestMalformed("no checkpoint");
  request.checkpoint = std::string(body);
  return request;
}

absl::StatusOr<std::vector<NoteSignature>> ParseWitnessAnswer(std::string_view body) {
  if (body.size() > kMaxWitnessAnswerBytes) return NoteMalformed("the answer is too large");
  std::vector<NoteSignature> signatures;
  while (const std::optional<std::string_view> line = TakeLine(body)) {
    AMANA_ASSIGN_OR_RETURN(NoteSignature signature, ParseSignatureLine(*line));
    signatures.push_back(std::move(signature));
  }
  if (signatures.empty() || !body.empty()) {
    return NoteMalformed("not one or more lines that end with a newline");
  }
  return signatures;
}

}  // namespace amana::transparency
