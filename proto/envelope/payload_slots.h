// The slots within a header's or a grant's payload: so many values of 32 bytes each that parsing
// them like other fields would cost more than all the rest. They are read where they lie. Pure.
#ifndef AMANA_PROTO_ENVELOPE_PAYLOAD_SLOTS_H_
#define AMANA_PROTO_ENVELOPE_PAYLOAD_SLOTS_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace google::protobuf {
class MessageLite;
}

namespace amana::envelope {

// A repeated bytes field and how many values it has.
struct SlotRun {
  uint32_t number;
  size_t count;
};

class PayloadSlots {
 public:
  PayloadSlots() = default;  // none
  // `payload` is canonical and must outlive what is returned. `fields` are neighbours, ascending,
  // with tags of one length. None unless so many values of 32 bytes of each stand where the first
  // field begins; whether more follow shows in what ParseRest makes.
  static std::optional<PayloadSlots> Find(std::string_view payload,
                                          std::initializer_list<SlotRun> fields);

  bool empty() const { return slots_.empty(); }
  // What the payload has before and after the slots, into a new message.
  bool ParseRest(google::protobuf::MessageLite& message) const;
  // The value at `index`, counted over all fields.
  std::string_view operator[](size_t index) const;

 private:
  std::string_view before_;
  std::string_view slots_;
  std::string_view after_;
  size_t stride_ = 0;
};

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_PAYLOAD_SLOTS_H_
