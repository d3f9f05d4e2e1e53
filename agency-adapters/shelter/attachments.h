// What is no text, as files of a Primero case: which it takes, in which field, under which name.
#ifndef AMANA_AGENCY_ADAPTERS_SHELTER_ATTACHMENTS_H_
#define AMANA_AGENCY_ADAPTERS_SHELTER_ATTACHMENTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/runtime/adapter.h"
#include "agency-adapters/shelter/primero.h"
#include "base/config.h"

namespace amana::shelter {

struct AttachmentFields {
  std::string image, audio, document;  // empty: none is taken
};
// image_field, audio_field, document_field of the table.
AttachmentFields ReadAttachmentFields(const ConfigTable& primero);

// In the order of the delivery, with names made of its key, the same for the same: they tell
// nothing. NATIVE_FORMAT_INVALID naming "attachments": one that Primero does not take (its kind of
// file, or more than 4 MiB), so that none is lost unseen. The contents are the delivery's.
absl::StatusOr<std::vector<Primero::File>> FilesOf(const runtime::NativeDelivery& delivery,
                                                   const AttachmentFields& fields);

}  // namespace amana::shelter

#endif  // AMANA_AGENCY_ADAPTERS_SHELTER_ATTACHMENTS_H_
