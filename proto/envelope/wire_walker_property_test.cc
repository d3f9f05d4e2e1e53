// CheckCanonical against protobuf itself: it passes if and only if parsing and serialising again
// gives the same bytes, without unknown fields or codes and not nested too deep.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/status.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "proto/envelope/wire_walker.h"

namespace amana::envelope {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Random = std::mt19937_64;

// Every scalar type, singular, repeated, optional and in a oneof; itself within itself; a map.
constexpr char kEveryType[] = R"(
  name: "every_type.proto" package: "test" syntax: "proto3"
  enum_type { name: "Code" value { name: "ZERO" number: 0 } value { name: "ONE" number: 1 }
              value { name: "FAR" number: 1000 } value { name: "MINUS" number: -1 } }
  message_type { name: "Every" )";

std::string EveryTypeFile() {
  std::string text = kEveryType;
  const auto field = [&text](const std::string& name, int number, const std::string& type,
                             const std::string& label, const std::string& extra) {
    const bool named = type == "TYPE_ENUM" || type == "TYPE_MESSAGE";
    text += "field { name: '" + name + "' number: " + std::to_string(number) + " type: " + type +
            " label: " + label + " " + extra +
            (named ? type == "TYPE_ENUM" ? "type_name: '.test.Code' " : "type_name: '.test.Every' "
                   : "") +
            "}\n";
  };
  const std::vector<std::string> types = {
      "TYPE_BOOL",   "TYPE_INT32",    "TYPE_INT64",   "TYPE_UINT32",  "TYPE_UINT64",
      "TYPE_SINT32", "TYPE_SINT64",   "TYPE_FIXED32", "TYPE_FIXED64", "TYPE_SFIXED32",
      "TYPE_FLOAT",  "TYPE_SFIXED64", "TYPE_DOUBLE",  "TYPE_STRING",  "TYPE_BYTES",
      "TYPE_ENUM",   "TYPE_MESSAGE"};
  std::string synthetic;
  for (size_t i = 0; i < types.size(); ++i) {
    const std::string n = std::to_string(i);
    const int number = 1 + 4 * static_cast<int>(i);
    field("s" + n, number, types[i], "LABEL_OPTIONAL", "");
    field("r" + n, number + 1, types[i], "LABEL_REPEATED", "");
    if (types[i] == "TYPE_MESSAGE") continue;
    field("p" + n, number + 2, types[i], "LABEL_OPTIONAL",
          "proto3_optional: true oneof_index: " + std::to_string(i + 1) + " ");
    synthetic += "oneof_decl { name: '_p" + n + "' }\n";
  }
  for (size_t i = 0; i < types.size(); ++i) {  // the members of a oneof stand together
    field("o" + std::to_string(i), 4 + 4 * static_cast<int>(i), types[i], "LABEL_OPTIONAL",
          "oneof_index: 0 ");
  }
  text += R"(field { name: "map" number: 200 type: TYPE_MESSAGE label: LABEL_REPEATED
                     type_name: ".test.Every.MapEntry" }
             nested_type { name: "MapEntry" options { map_entry: true }
               field { name: "key" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
               field { name: "value" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL } }
             oneof_decl { name: "choice" })" +
          synthetic + "}";
  return text;
}

const Message& EveryType() {
  static const Message* const prototype = [] {
    google::protobuf::FileDescriptorProto file;
    if (!google::protobuf::TextFormat::ParseFromString(EveryTypeFile(), &file)) std::abort();
    auto* pool = new google::protobuf::DescriptorPool;
    auto* factory = new google::protobuf::DynamicMessageFactory(pool);
    return factory->GetPrototype(pool->BuildFile(file)->FindMessageTypeByName("Every"));
  }();
  return *prototype;
}

bool OnlyKnown(const Message& message, int depth) {
  const auto* reflection = message.GetReflection();
  if (depth > kMaxDepth || !reflection->GetUnknownFields(message).empty()) return false;
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    if (field->is_map()) return false;
    for (int i = 0; i < count; ++i) {
      if (field->type() == FieldDescriptor::TYPE_ENUM) {
        const int value = field->is_repeated() ? reflection->GetRepeatedEnumValue(message, field, i)
                                               : reflection->GetEnumValue(message, field);
        if (field->enum_type()->FindValueByNumber(value) == nullptr) return false;
      } else if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
        const Message& inner = field->is_repeated()
                                   ? reflection->GetRepeatedMessage(message, field, i)
                                   : reflection->GetMessage(message, field);
        if (!OnlyKnown(inner, depth + 1)) return false;
      }
    }
  }
  return true;
}

bool ProtobufAgrees(const Message& prototype, const std::string& bytes) {
  std::unique_ptr<Message> message(prototype.New());
  return message->ParseFromString(bytes) && OnlyKnown(*message, 1) && Serialize(*message) == bytes;
}

uint64_t RandomNumber(Random& random) {
  const uint64_t edges[] = {0, 1, 127, 128, INT32_MAX, uint64_t{1} << 31, UINT32_MAX, ~uint64_t{0}};
  return random() % 3 == 0 ? random() : edges[random() % std::size(edges)];
}

void SetField(Message& message, const FieldDescriptor* field, Random& random, int depth);

void FillAtRandom(Message& message, Random& random, int depth) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (random() % 4 != 0 || field->is_map()) continue;
    const int count = field->is_repeated() ? 1 + random() % 3 : 1;
    for (int n = 0; n < count; ++n) SetField(message, field, random, depth);
  }
}

#define SET(Type, value)                                                \
  (field->is_repeated() ? reflection->Add##Type(&message, field, value) \
                        : reflection->Set##Type(&message, field, value))

void SetField(Message& message, const FieldDescriptor* field, Random& random, int depth) {
  const auto* reflection = message.GetReflection();
  const uint64_t number = RandomNumber(random);
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return SET(Bool, number % 2 != 0);
    case FieldDescriptor::CPPTYPE_INT32:
      return SET(Int32, static_cast<int32_t>(number));
    case FieldDescriptor::CPPTYPE_INT64:
      return SET(Int64, static_cast<int64_t>(number));
    case FieldDescriptor::CPPTYPE_UINT32:
      return SET(UInt32, static_cast<uint32_t>(number));
    case FieldDescriptor::CPPTYPE_UINT64:
      return SET(UInt64, number);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return SET(Float, number % 2 == 0 ? -0.0f : 1.5f);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return SET(Double, number % 2 == 0 ? -0.0 : 1.5);
    case FieldDescriptor::CPPTYPE_STRING:
      return SET(String, std::string(number % 5, 'x'));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* codes = field->enum_type();
      return SET(EnumValue, codes->value(number % codes->value_count())->number());
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (depth >= kMaxDepth) return;
      FillAtRandom(*(field->is_repeated() ? reflection->AddMessage(&message, field)
                                          : reflection->MutableMessage(&message, field)),
                   random, depth + 1);
  }
}
#undef SET

// One or two small changes of the kinds that tell readers of a format apart.
std::string Mutate(std::string bytes, Random& random) {
  const int changes = 1 + random() % 2;
  for (int i = 0; i < changes; ++i) {
    const size_t at = bytes.empty() ? 0 : random() % bytes.size();
    const size_t size = std::min<size_t>(random() % 12, bytes.size() - at);
    switch (random() % 6) {
      case 0:
        if (!bytes.empty()) bytes[at] ^= static_cast<char>(1 << random() % 8);
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random());
        break;
      case 2:
        bytes.insert(at, 1, static_cast<char>(random() % 2 == 0 ? 0 : random()));
        break;
      case 3:
        bytes.erase(at, 1);
        break;
      case 4:
        bytes += bytes.substr(at, size);
        break;
      case 5:
        bytes.insert(random() % (bytes.size() + 1), bytes.substr(at, size));
        break;
    }
  }
  return bytes;
}

void CheckProperty(const Message& prototype, int rounds, uint64_t seed) {
  Random random(seed);
  int passed = 0, refused = 0;
  for (int round = 0; round < rounds; ++round) {
    std::unique_ptr<Message> message(prototype.New());
    FillAtRandom(*message, random, 1);
    const std::string good = Serialize(*message);
    ASSERT_TRUE(CheckCanonical(*prototype.GetDescriptor(), good).ok())
        << CheckCanonical(*prototype.GetDescriptor(), good) << message->ShortDebugString();
    for (int i = 0; i < 20; ++i) {
      const std::string bytes = Mutate(good, random);
      const absl::Status status = CheckCanonical(*prototype.GetDescriptor(), bytes);
      ASSERT_EQ(status.ok(), ProtobufAgrees(prototype, bytes))
          << status << ' ' << ErrorReason(status) << ' ' << ToHex(bytes);
      ++(status.ok() ? passed : refused);
    }
  }
  // Neither side of the property is vacuous.
  EXPECT_GT(passed, rounds / 4);
  EXPECT_GT(refused, rounds * 5);
}

class Quiet {  // protobuf reports every malformed string on stderr
 public:
  Quiet() : before_(google::protobuf::SetLogHandler(nullptr)) {}
  ~Quiet() { google::protobuf::SetLogHandler(before_); }

 private:
  google::protobuf::LogHandler* const before_;
};

TEST(WalkerProperty, HoldsForEveryType) {
  const Quiet quiet;
  CheckProperty(EveryType(), 600, 1);
}

TEST(WalkerProperty, HoldsForStatements) {
  const Quiet quiet;
  CheckProperty(v1::ReferralHeader::default_instance(), 600, 2);
  CheckProperty(v1::WrapGrant::default_instance(), 300, 3);
  CheckProperty(v1::Cancellation::default_instance(), 300, 4);
}

TEST(WalkerProperty, HoldsAroundARealHeader) {
  const Quiet quiet;
  Random random(5);
  const std::string good = Serialize(SampleHeader());
  for (int i = 0; i < 20000; ++i) {
    const std::string bytes = Mutate(good, random);
    ASSERT_EQ(CheckCanonical(*v1::ReferralHeader::descriptor(), bytes).ok(),
              ProtobufAgrees(v1::ReferralHeader::default_instance(), bytes))
        << ToHex(bytes);
  }
}

TEST(WalkerProperty, RefusesMaps) {
  const std::string map = "\xc2\x0c\x04\x08\x01\x10\x01";  // field 200: {1: 1}
  const absl::Status status = CheckCanonical(*EveryType().GetDescriptor(), map);
  EXPECT_EQ(ErrorReason(status), "UNKNOWN_FIELD");
  EXPECT_EQ(ErrorField(status), "map[0]");
}

TEST(WalkerProperty, RefusesWhatIsNestedTooDeep) {
  const FieldDescriptor* itself = EveryType().GetDescriptor()->FindFieldByName("s16");
  for (int depth = kMaxDepth; depth <= kMaxDepth + 1; ++depth) {
    std::unique_ptr<Message> message(EveryType().New());
    Message* innermost = message.get();
    for (int i = 1; i < depth; ++i) {
      innermost = innermost->GetReflection()->MutableMessage(innermost, itself);
    }
    const absl::Status status = CheckCanonical(*EveryType().GetDescriptor(), Serialize(*message));
    EXPECT_EQ(status.ok(), depth == kMaxDepth);
    EXPECT_EQ(ErrorReason(status), depth == kMaxDepth ? "" : "NESTING_TOO_DEEP");
  }
}

}  // namespace
}  // namespace amana::envelope
