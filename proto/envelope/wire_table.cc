#include "proto/envelope/wire_table.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace amana::envelope {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

// Wire types of the protobuf encoding.
constexpr uint8_t kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5;

void SetKind(FieldDescriptor::Type type, WireField& field) {
  const auto set = [&field](WireKind kind, uint8_t wire_type) {
    field.kind = kind;
    field.wire_type = wire_type;
  };
  switch (type) {
    case FieldDescriptor::TYPE_BOOL:
      return set(WireKind::kBool, kVarint);
    case FieldDescriptor::TYPE_INT32:
      return set(WireKind::kInt32, kVarint);
    case FieldDescriptor::TYPE_UINT32:
      return set(WireKind::kUint32, kVarint);
    case FieldDescriptor::TYPE_SINT32:
      return set(WireKind::kSint32, kVarint);
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_SINT64:
      return set(WireKind::kVarint64, kVarint);
    case FieldDescriptor::TYPE_ENUM:
      return set(WireKind::kEnum, kVarint);
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return set(WireKind::kFixed32, kFixed32);
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return set(WireKind::kFixed64, kFixed64);
    case FieldDescriptor::TYPE_STRING:
      return set(WireKind::kString, kLength);
    case FieldDescriptor::TYPE_BYTES:
      return set(WireKind::kBytes, kLength);
    case FieldDescriptor::TYPE_MESSAGE:
      return set(WireKind::kMessage, kLength);
    case FieldDescriptor::TYPE_GROUP:
      return set(WireKind::kForbidden, kLength);
  }
}

WireCodes CodesOf(const EnumDescriptor& descriptor) {
  WireCodes codes;
  codes.descriptor = &descriptor;
  for (int i = 0; i < descriptor.value_count(); ++i) {
    const int value = descriptor.value(i)->number();
    if (value >= 0 && value < 256) codes.low[value / 64] |= uint64_t{1} << (value % 64);
  }
  return codes;
}

// All tables of the process; recursive messages point back into it.
class Registry {
 public:
  const WireTable& For(const Descriptor& descriptor) {
    {
      absl::ReaderMutexLock lock(&mu_);
      const auto found = tables_.find(&descriptor);
      if (found != tables_.end()) return *found->second;
    }
    absl::MutexLock lock(&mu_);
    return *Build(descriptor);
  }

 private:
  const WireTable* Build(const Descriptor& descriptor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const auto found = tables_.find(&descriptor);
    if (found != tables_.end()) return found->second.get();
    // Entered before its fields are read: a message may contain itself.
    WireTable* table = (tables_[&descriptor] = std::make_unique<WireTable>()).get();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      table->fields.push_back(FieldOf(*descriptor.field(i)));
    }
    std::sort(table->fields.begin(), table->fields.end(),
              [](const WireField& a, const WireField& b) { return a.number < b.number; });
    return table;
  }

  WireField FieldOf(const FieldDescriptor& descriptor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    WireField field;
    field.number = static_cast<uint32_t>(descriptor.number());
    field.name = descriptor.name();
    SetKind(descriptor.type(), field);
    field.repeated = descriptor.is_repeated();
    field.packed = descriptor.is_packed();
    field.presence = descriptor.has_presence();
    if (const auto* oneof = descriptor.real_containing_oneof()) {
      field.oneof = static_cast<int8_t>(oneof->index());
    }
    if (descriptor.is_map()) field.kind = WireKind::kForbidden;
    if (field.kind == WireKind::kEnum) field.codes = CodesOf(*descriptor.enum_type());
    if (field.kind == WireKind::kMessage) field.message = Build(*descriptor.message_type());
    return field;
  }

  absl::Mutex mu_;
  absl::flat_hash_map<const Descriptor*, std::unique_ptr<WireTable>> tables_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

bool WireCodes::Contains(uint64_t wire_value) const {
  if (wire_value < 256) return (low[wire_value / 64] >> (wire_value % 64) & 1) != 0;
  const auto value = static_cast<int64_t>(wire_value);
  if (value < INT32_MIN || value > INT32_MAX) return false;
  return descriptor->FindValueByNumber(static_cast<int>(value)) != nullptr;
}

const WireField* WireTable::Find(uint32_t number) const {
  const auto found =
      std::lower_bound(fields.begin(), fields.end(), number,
                       [](const WireField& field, uint32_t n) { return field.number < n; });
  return found != fields.end() && found->number == number ? &*found : nullptr;
}

const WireTable& WireTableFor(const Descriptor& descriptor) {
  static auto* const registry = new Registry;  // never destroyed: used until the process ends
  return registry->For(descriptor);
}

}  // namespace amana::envelope
