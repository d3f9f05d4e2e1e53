#include "broker/rpc/batch.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "amana/v1/referral.pb.h"
#include "base/status.h"
#include "broker/rpc/error_details.h"
#include "broker/rpc/errors.h"

namespace amana::rpc {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// So many at a time are handed to a thread: others' calls come between.
constexpr size_t kAtOnce = 8;

// What a length-delimited field holds, whose tag has been read.
std::optional<std::string_view> TakeContent(CodedInputStream& in, std::string_view message) {
  uint32_t size = 0;
  if (!in.ReadVarint32(&size)) return std::nullopt;
  const auto at = static_cast<size_t>(in.CurrentPosition());
  if (size > message.size() - at || !in.Skip(static_cast<int>(size))) return std::nullopt;
  return message.substr(at, size);
}

uint32_t TagOf(int number) {
  return WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

CodedInputStream StreamOf(std::string_view message) {
  return CodedInputStream(reinterpret_cast<const uint8_t*>(message.data()),
                          static_cast<int>(message.size()));
}

// The first such field of a message that nobody has judged yet; empty when there is none.
std::string_view FieldOf(std::string_view message, int number) {
  CodedInputStream in = StreamOf(message);
  while (const uint32_t tag = in.ReadTag()) {
    if (tag == TagOf(number)) return TakeContent(in, message).value_or(std::string_view());
    if (!WireFormatLite::SkipField(&in, tag)) break;
  }
  return {};
}

// Good for keeping an order, for nothing else.
std::string_view ReferralIdOf(std::string_view submission) {
  const std::string_view header = FieldOf(submission, v1::Submission::kHeaderFieldNumber);
  const std::string_view payload = FieldOf(header, v1::SignedEnvelope::kPayloadFieldNumber);
  return FieldOf(payload, v1::ReferralHeader::kReferralIdFieldNumber);
}

class Batch : public std::enable_shared_from_this<Batch> {
 public:
  Batch(Front& front, const identity::Caller& caller, SubmissionBatch batch, SubmitFn submit,
        absl::AnyInvocable<void(v1::SubmitBatchResponse)> done)
      : front_(front),
        caller_(caller),
        submit_(std::move(submit)),
        batch_(std::move(batch)),
        left_(batch_.submissions.size()),
        done_(std::move(done)) {
    for (size_t i = 0; i < batch_.submissions.size(); ++i) response_.add_results();
  }

  void Start() {
    const size_t count = batch_.submissions.size();
    const absl::Status rate = front_.TakeSubmissions(caller_.agency, count);
    if (!rate.ok()) {
      for (size_t i = 0; i < count; ++i) Refuse(i, rate);
      return;
    }
    std::vector<Chain> chains = Chains();
    for (size_t i = 0; i < chains.size(); i += kAtOnce) {
      const size_t end = std::min(chains.size(), i + kAtOnce);
      Go({std::make_move_iterator(chains.begin() + static_cast<ptrdiff_t>(i)),
          std::make_move_iterator(chains.begin() + static_cast<ptrdiff_t>(end))});
    }
  }

 private:
  // Submissions of one referral, each to be judged when the one before it was answered.
  using Chain = absl::InlinedVector<size_t, 2>;

  std::vector<Chain> Chains() const {
    absl::flat_hash_map<absl::string_view, size_t> by_referral;
    std::vector<Chain> chains;
    for (size_t i = 0; i < batch_.submissions.size(); ++i) {
      const std::string_view id = ReferralIdOf(batch_.submissions[i]);
      const auto [found, fresh] =
          by_referral.try_emplace(absl::string_view(id.data(), id.size()), chains.size());
      if (fresh || id.empty()) {
        chains.push_back({i});
      } else {
        chains[found->second].push_back(i);
      }
    }
    return chains;
  }

  // Has the first of each judged.
  void Go(std::vector<Chain> chains) {
    std::vector<Chain> kept = chains;
    const absl::Status queued = front_.Run(
        caller_.agency, [self = shared_from_this(), chains = std::move(chains)]() mutable {
          for (Chain& chain : chains) self->Submit(std::move(chain));
        });
    if (queued.ok()) return;
    for (Chain& chain : kept) {
      for (const size_t index : chain) Refuse(index, queued);
    }
  }

  void Submit(Chain chain) {
    const size_t index = chain.front();
    const absl::Time began = front_.Begin();
    submit_(caller_, batch_.submissions[index],
            [self = shared_from_this(), chain = std::move(chain),
             began](absl::StatusOr<v1::SubmitResponse> answer) mutable {
              self->front_.Answered(identity::Rpc::kSubmit, self->caller_.agency, answer.status(),
                                    began);
              v1::SubmitResult& result =
                  *self->response_.mutable_results(static_cast<int>(chain.front()));
              if (answer.ok()) {
                *result.mutable_accepted() = *std::move(answer);
              } else {
                *result.mutable_refused() = ToRefusal(answer.status());
              }
              chain.erase(chain.begin());
              if (!chain.empty()) self->Go({std::move(chain)});
              self->OneLess();
            });
  }

  void Refuse(size_t index, const absl::Status& refusal) {
    front_.Refused(caller_.agency, refusal);
    *response_.mutable_results(static_cast<int>(index))->mutable_refused() = ToRefusal(refusal);
    OneLess();
  }

  void OneLess() {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) done_(std::move(response_));
  }

  Front& front_;
  const identity::Caller caller_;
  const SubmitFn submit_;
  const SubmissionBatch batch_;
  v1::SubmitBatchResponse response_;  // each result is touched by the one thread that has its index
  std::atomic<size_t> left_;
  absl::AnyInvocable<void(v1::SubmitBatchResponse)> done_;
};

}  // namespace

absl::StatusOr<std::vector<std::string_view>> SplitSubmissions(std::string_view request) {
  constexpr int kNumber = v1::SubmitBatchRequest::kSubmissionsFieldNumber;
  static_assert(kNumber == int{v1::SubmitRequest::kSubmissionFieldNumber});
  std::vector<std::string_view> submissions;
  CodedInputStream in = StreamOf(request);
  while (static_cast<size_t>(in.CurrentPosition()) < request.size()) {
    const uint32_t tag = in.ReadTag();
    if (tag == TagOf(kNumber)) {
      const std::optional<std::string_view> submission = TakeContent(in, request);
      if (!submission.has_value()) return MessageMalformed("submissions");
      submissions.push_back(*submission);
    } else if (tag == 0 || !WireFormatLite::SkipField(&in, tag)) {
      return MessageMalformed("submissions");
    }
  }
  return submissions;
}

absl::Status CheckBatchSize(size_t submissions) {
  return submissions >= 1 && submissions <= kMaxBatch ? absl::OkStatus() : BatchSizeInvalid();
}

void RunBatch(Front& front, const identity::Caller& caller, SubmissionBatch batch,
              const SubmitFn& submit, absl::AnyInvocable<void(v1::SubmitBatchResponse)> done) {
  std::make_shared<Batch>(front, caller, std::move(batch), submit, std::move(done))->Start();
}

}  // namespace amana::rpc
