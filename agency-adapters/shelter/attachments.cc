#include "agency-adapters/shelter/attachments.h"

#include "agency-adapters/shelter/errors.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::shelter {
namespace {

constexpr size_t kLargest = size_t{4} << 20;  // Primero's own bound

// What Primero takes (its app/models/attachment.rb), and the ending of a name.
struct Kind {
  std::string_view media_type, type, ending;
};
constexpr Kind kKinds[] = {
    {"image/jpeg", "image", ".jpg"},    {"image/jpg", "image", ".jpg"},
    {"image/png", "image", ".png"},     {"audio/mpeg", "audio", ".mp3"},
    {"audio/amr", "audio", ".amr"},     {"application/pdf", "document", ".pdf"},
    {"text/plain", "document", ".txt"},
};

const Kind* KindOf(std::string_view media_type) {
  for (const Kind& kind : kKinds) {
    if (kind.media_type == media_type) return &kind;
  }
  return nullptr;
}

std::string Field(const ConfigTable& primero, const char* key, const char* fallback) {
  std::string field = primero.String(key, fallback);
  if (field.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos) {
    primero.Refuse(key, "expected the name of a field of Primero's");
  }
  return field;
}

}  // namespace

AttachmentFields ReadAttachmentFields(const ConfigTable& primero) {
  return {Field(primero, "image_field", "photos"), Field(primero, "audio_field", "recorded_audio"),
          Field(primero, "document_field", "other_documents")};
}

absl::StatusOr<std::vector<Primero::File>> FilesOf(const runtime::NativeDelivery& delivery,
                                                   const AttachmentFields& fields) {
  std::vector<Primero::File> files;
  for (const runtime::Attachment& each : delivery.attachments) {
    const Kind* kind = KindOf(each.media_type);
    if (kind == nullptr || each.content.size() > kLargest) {
      return RecordInvalid("attachments", "kinds of files that Primero takes, of 4 MiB at most");
    }
    const std::string& field = kind->type == "image"   ? fields.image
                               : kind->type == "audio" ? fields.audio
                                                       : fields.document;
    if (field.empty()) return RecordInvalid("attachments", "a kind that has a field in Primero");
    const std::string place = delivery.key + " " + std::to_string(files.size());
    files.push_back({field, std::string(kind->type),
                     "amana-" +
                         crypto::Sha256("amana primero file v1 " + place).hex().substr(0, 24) +
                         std::string(kind->ending),
                     each.media_type, each.content});
  }
  return files;
}

}  // namespace amana::shelter
