#include "agency-adapters/immigration/adapter.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "agency-adapters/immigration/errors.h"
#include "agency-adapters/immigration/vot_out.h"
#include "agency-adapters/runtime/errors.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::immigration {
namespace {

// Whether a line of the file is `consent`. A file that cannot be read names nobody.
bool IsNamed(const std::string& path, std::string_view consent) {
  if (path.empty()) return false;
  const std::string_view id = consent.substr(0, consent.find('/'));
  const auto text = RealFileSystem().Read(path);
  if (!text.ok()) return false;
  for (std::string_view rest = *text; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, std::min(rest.substr(0, end).find('#'), end));
    while (!line.empty() && absl::ascii_isspace(line.back())) line.remove_suffix(1);
    if (!line.empty() && (line == consent || line == id)) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

absl::Status FormatInvalid(const absl::Status& why) {
  return runtime::NativeFormatInvalid(ErrorField(why), ErrorReason(why));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImmigrationAdapter>> ImmigrationAdapter::Open(
    AdapterOptions options, std::unique_ptr<net::RemoteFiles> files, const std::string& folder) {
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<SentNames> sent,
                         SentNames::Open(RealFileSystem(), folder + "/sent.txt"));
  return std::unique_ptr<ImmigrationAdapter>(
      new ImmigrationAdapter(std::move(options), std::move(files), std::move(sent)));
}

ImmigrationAdapter::ImmigrationAdapter(AdapterOptions options,
                                       std::unique_ptr<net::RemoteFiles> files,
                                       std::unique_ptr<SentNames> sent)
    : options_(std::move(options)),
      files_(std::move(files)),
      sent_(std::move(sent)),
      in_(*files_, options_.in),
      out_(*files_, options_.out, *sent_) {}

absl::StatusOr<std::vector<runtime::NativeItem>> ImmigrationAdapter::Poll(size_t limit) {
  return in_.Poll(limit);
}

absl::Status ImmigrationAdapter::Settle(const std::string& key,
                                        const runtime::Settlement& settlement) {
  return in_.Settle(key, settlement);
}

absl::StatusOr<std::string> ImmigrationAdapter::Deliver(const runtime::NativeDelivery& delivery) {
  AMANA_ASSIGN_OR_RETURN(const std::string bytes,
                         WriteVotOut(delivery, [&](std::string_view consent) {
                           return IsNamed(options_.named_consents, consent);
                         }));
  // What was taken back and is still here goes, before the word that it was.
  if (delivery.kind == runtime::DeliveryKind::kRecall) {
    std::optional<std::string> name = delivery.about_native_id;
    // Its Deliver ended with an error: the file may be there all the same.
    if (name->empty()) {
      AMANA_ASSIGN_OR_RETURN(name, out_.Find(delivery.about));
    }
    if (name.has_value()) AMANA_RETURN_IF_ERROR(out_.TakeBack(*name));
  }
  return out_.Write(delivery.key, bytes);
}

absl::StatusOr<std::optional<std::string>> ImmigrationAdapter::Find(
    const std::string& delivery_key) {
  return out_.Find(delivery_key);
}

runtime::Health ImmigrationAdapter::Check() {
  for (const std::string& folder :
       {options_.in.in, options_.out, options_.in.done, options_.in.quarantine}) {
    const absl::Status status = files_->List(folder).status();
    if (!status.ok()) return {.ok = false, .what = "sftp", .reason = ErrorReason(status)};
  }
  return {.ok = true, .what = "sftp", .reason = ""};
}

absl::StatusOr<std::vector<runtime::NativeItem>> ImmigrationAdapter::Decode(
    std::string_view bytes) const {
  const auto file = ReadInFile(bytes);
  if (!file.ok()) return FormatInvalid(file.status());
  std::vector<runtime::NativeItem> items;
  for (const ProfileRow& row : file->rows) {
    auto item = ItemOf(*file->profile, row);
    if (!item.ok()) return FormatInvalid(item.status());
    items.push_back(*std::move(item));
  }
  return items;
}

}  // namespace amana::immigration
