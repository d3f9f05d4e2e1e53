// Messages as bytes, where gRPC need not make objects of them. For the .cc files of the services.
#ifndef AMANA_BROKER_RPC_RAW_H_
#define AMANA_BROKER_RPC_RAW_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include <memory>
#include <string_view>
#include <utility>

namespace amana::rpc {

// A message in one piece. What shows it (BytesOf) lives as long as the slice does.
inline std::shared_ptr<const grpc::Slice> Flatten(const grpc::ByteBuffer& message) {
  auto slice = std::make_shared<grpc::Slice>();
  // The second fails only where there is no message; then the slice stays empty.
  if (!message.TrySingleSlice(slice.get()).ok()) (void)message.DumpToSingleSlice(slice.get());
  return slice;
}

inline std::string_view BytesOf(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// Into what gRPC sends, whatever was there before: an object of its own, or bytes.
template <class Message>
void Put(Message message, Message* out) {
  *out = std::move(message);
}
template <class Message>
void Put(const Message& message, grpc::ByteBuffer* out) {
  bool own = false;
  out->Clear();  // gRPC writes into an empty one, or ends the process
  // It fails over 2 GiB only.
  (void)grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(message, out, &own);
}

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_RAW_H_
