#include "agency-adapters/auditor/bundle_file.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "agency-adapters/auditor/errors.h"
#include "amana/v1/envelope.pb.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/utf8.h"
#include "proto/envelope/wire_walker.h"

namespace amana::auditor {
namespace {

constexpr std::string_view kFirstLine = "AMANA EVIDENCE BUNDLE 1\n\n";
constexpr std::string_view kBeginEvidence = "\n-----BEGIN EVIDENCE-----\n";
constexpr std::string_view kEndEvidence = "-----END EVIDENCE-----\n";
constexpr std::string_view kEndCertificate = "-----END CERTIFICATE-----\n";
constexpr std::string_view kBeginSignature = "-----BEGIN SIGNATURE-----\n";
constexpr std::string_view kEndSignature = "-----END SIGNATURE-----\n";
constexpr size_t kLine = 76;

std::string Armored(std::string_view bytes) {
  const std::string all = absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
  std::string lines;
  lines.reserve(all.size() + all.size() / kLine + 1);
  for (size_t at = 0; at < all.size(); at += kLine) lines.append(all, at, kLine).push_back('\n');
  return lines;
}

absl::StatusOr<std::string> Unarmored(std::string_view lines) {
  std::string bytes;
  if (!absl::Base64Unescape(absl::string_view(lines.data(), lines.size()), &bytes)) {
    return BundleMalformed("file", "is not in base64 where it should be");
  }
  return bytes;
}

// Every byte that the signature is over.
std::string SignedPart(std::string_view statement, std::string_view evidence,
                       const crypto::Certificate& certificate) {
  std::string text(kFirstLine);
  text.append(statement).append(kBeginEvidence).append(Armored(evidence)).append(kEndEvidence);
  text += certificate.pem();
  return text;
}

std::string Whole(std::string signed_part, std::string_view signature) {
  signed_part.append(kBeginSignature).append(Armored(signature)).append(kEndSignature);
  return signed_part;
}

// What stands before the next `mark`, and moves behind it.
absl::StatusOr<std::string_view> Until(std::string_view& rest, std::string_view mark) {
  const size_t at = rest.find(mark);
  if (at == std::string_view::npos) {
    return BundleMalformed("file", "ends before all of a bundle was there");
  }
  const std::string_view before = rest.substr(0, at);
  rest.remove_prefix(at + mark.size());
  return before;
}

// Unicode's marks that turn the direction in which a line is read.
bool TurnsDirection(std::string_view text) {
  for (size_t at = 0; at + 2 < text.size(); ++at) {
    const std::string_view three = text.substr(at, 3);
    if (three >= "\xE2\x80\xAA" && three <= "\xE2\x80\xAE") return true;
    if (three >= "\xE2\x81\xA6" && three <= "\xE2\x81\xA9") return true;
    if (three == "\xE2\x80\x8E" || three == "\xE2\x80\x8F") return true;
    if (three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9") return true;  // line separators
  }
  return false;
}

bool IsControl(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20 || byte == 0x7F) return true;
  // C1: U+0080 to U+009F.
  return byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

}  // namespace

absl::Status CheckPurpose(std::string_view purpose) {
  const auto wrong = [] {
    return BundleMalformed("purpose", "must be one line of words, 1 to 500 bytes of UTF-8");
  };
  if (purpose.empty() || purpose.size() > kMaxPurposeBytes) return wrong();
  if (!envelope::IsValidUtf8(purpose) || TurnsDirection(purpose)) return wrong();
  for (size_t at = 0; at < purpose.size(); ++at) {
    if (IsControl(purpose, at)) return wrong();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> WriteBundleFile(std::string_view statement, std::string_view evidence,
                                            const sdk::SigningIdentity& signer) {
  std::string text = SignedPart(statement, evidence, signer.certificate);
  AMANA_ASSIGN_OR_RETURN(const v1::SignedEnvelope envelope,
                         envelope::SignStatement(kBundleType, text, signer.key));
  std::string whole = Whole(std::move(text), envelope.signature());
  if (whole.size() > kMaxBundleBytes) return BundleTooLarge();
  return whole;
}

absl::StatusOr<BundleFile> ReadBundleFile(std::string_view bytes) {
  if (bytes.size() > kMaxBundleBytes) return BundleTooLarge();
  std::string_view rest = bytes;
  if (!rest.starts_with(kFirstLine)) {
    return BundleMalformed("file", "is no evidence bundle of a version known here");
  }
  rest.remove_prefix(kFirstLine.size());
  AMANA_ASSIGN_OR_RETURN(const std::string_view statement, Until(rest, kBeginEvidence));
  AMANA_ASSIGN_OR_RETURN(const std::string_view armored, Until(rest, kEndEvidence));
  AMANA_ASSIGN_OR_RETURN(const std::string_view pem, Until(rest, kEndCertificate));
  if (!rest.starts_with(kBeginSignature)) {
    return BundleMalformed("file", "has no signature after its certificate");
  }
  rest.remove_prefix(kBeginSignature.size());
  AMANA_ASSIGN_OR_RETURN(const std::string_view signature, Until(rest, kEndSignature));
  AMANA_ASSIGN_OR_RETURN(
      crypto::Certificate certificate,
      crypto::Certificate::FromPem(std::string(pem) + std::string(kEndCertificate)));
  BundleFile file{std::string(statement), {}, std::move(certificate), {}};
  AMANA_ASSIGN_OR_RETURN(file.evidence, Unarmored(armored));
  AMANA_ASSIGN_OR_RETURN(file.signature, Unarmored(signature));
  const std::string again =
      Whole(SignedPart(file.statement, file.evidence, file.certificate), file.signature);
  if (again != bytes) return BundleMalformed("file", "is not in the one form of a bundle");
  return file;
}

absl::Status VerifyBundleSignature(const BundleFile& file) {
  v1::SignedEnvelope envelope;
  envelope.set_payload_type(std::string(kBundleType));
  envelope.set_payload(SignedPart(file.statement, file.evidence, file.certificate));
  envelope.set_signature(file.signature);
  return envelope::VerifyEnvelope(envelope, file.certificate.public_key());
}

absl::StatusOr<v1::EvidenceBundle> ParseEvidence(std::string_view bytes) {
  const absl::Status canonical = envelope::CheckCanonical(*v1::EvidenceBundle::descriptor(), bytes);
  if (!canonical.ok()) return BundleMalformed(ErrorField(canonical), "is not in its one form");
  v1::EvidenceBundle bundle;
  if (!bundle.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return BundleMalformed("evidence", "cannot be read");
  }
  const auto bound = [](int got, int most, std::string_view field) {
    return got <= most ? absl::OkStatus() : BundleMalformed(field, "are too many");
  };
  AMANA_RETURN_IF_ERROR(
      bound(bundle.events_size() + bundle.others_size(), kMaxBundleEvents, "events"));
  AMANA_RETURN_IF_ERROR(bound(bundle.ranges_size(), kMaxBundleRanges, "ranges"));
  AMANA_RETURN_IF_ERROR(bound(bundle.certificates_size(), kMaxBundleCertificates, "certificates"));
  AMANA_RETURN_IF_ERROR(bound(bundle.issuers_size(), kMaxBundleCertificates, "issuers"));
  AMANA_RETURN_IF_ERROR(bound(bundle.timestamps_size(), kMaxBundleTimestamps, "timestamps"));
  AMANA_RETURN_IF_ERROR(CheckPurpose(bundle.purpose()));
  const absl::Status meta = envelope::CheckMeta(bundle.has_meta(), bundle.meta());
  if (!meta.ok()) return BundleMalformed(ErrorField(meta), "is not of a statement known here");
  return bundle;
}

}  // namespace amana::auditor
