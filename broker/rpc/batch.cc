#include "broker/rpc/batch.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "amana/v1/referral.pb.h"
#include "broker/rpc/error_details.h"
#include "broker/rpc/errors.h"

namespace amana::rpc {
namespace {

using google::protobuf::internal::WireFormatLite;

// The referral id of a header that nobody has judged yet, without parsing the rest of it; empty
// when there is none. Good for keeping an order, for nothing else.
std::string ReferralIdOf(const v1::Submission& submission) {
  const std::string& payload = submission.header().payload();
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(payload.data()),
                                            static_cast<int>(payload.size()));
  while (const uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) == v1::ReferralHeader::kReferralIdFieldNumber) {
      uint32_t size = 0;
      std::string id;
      return in.ReadVarint32(&size) && size <= 64 && in.ReadString(&id, static_cast<int>(size))
                 ? id
                 : "";
    }
    if (!WireFormatLite::SkipField(&in, tag)) break;
  }
  return "";
}

class Batch : public std::enable_shared_from_this<Batch> {
 public:
  Batch(Front& front, const identity::Caller& caller, v1::SubmitBatchRequest request,
        SubmitFn submit, absl::AnyInvocable<void(v1::SubmitBatchResponse)> done)
      : front_(front),
        caller_(caller),
        submit_(std::move(submit)),
        request_(std::move(request)),
        left_(request_.submissions_size()),
        done_(std::move(done)) {
    for (int i = 0; i < request_.submissions_size(); ++i) response_.add_results();
  }

  void Start() {
    const int count = request_.submissions_size();
    const absl::Status rate = front_.TakeSubmissions(caller_.agency, static_cast<uint64_t>(count));
    if (!rate.ok()) {
      for (int i = 0; i < count; ++i) Refuse(i, rate);
      return;
    }
    // Those of one referral one after the other; everything else at once.
    absl::flat_hash_map<std::string, size_t> by_referral;
    std::vector<std::vector<int>> chains;
    for (int i = 0; i < count; ++i) {
      const std::string id = ReferralIdOf(request_.submissions(i));
      const auto [found, fresh] = by_referral.try_emplace(id, chains.size());
      if (fresh || id.empty()) {
        chains.push_back({i});
      } else {
        chains[found->second].push_back(i);
      }
    }
    for (std::vector<int>& chain : chains) Go(std::move(chain), 0);
  }

 private:
  // Runs chain[next] and what follows it.
  void Go(std::vector<int> chain, size_t next) {
    for (; next < chain.size(); ++next) {
      const int index = chain[next];
      const absl::Status queued =
          front_.Run(caller_.agency, [self = shared_from_this(), chain, next]() mutable {
            self->Submit(std::move(chain), next);
          });
      if (queued.ok()) return;
      Refuse(index, queued);
    }
  }

  void Submit(std::vector<int> chain, size_t next) {
    const int index = chain[next];
    const absl::Time began = front_.Begin();
    submit_(caller_, std::move(*request_.mutable_submissions(index)),
            [self = shared_from_this(), chain = std::move(chain), next, index,
             began](absl::StatusOr<v1::SubmitResponse> answer) mutable {
              self->front_.Answered(identity::Rpc::kSubmit, self->caller_.agency, answer.status(),
                                    began);
              v1::SubmitResult& result = *self->response_.mutable_results(index);
              if (answer.ok()) {
                *result.mutable_accepted() = *std::move(answer);
              } else {
                *result.mutable_refused() = ToRefusal(answer.status());
              }
              self->Go(std::move(chain), next + 1);
              self->OneLess();
            });
  }

  void Refuse(int index, const absl::Status& refusal) {
    front_.Refused(caller_.agency, refusal);
    *response_.mutable_results(index)->mutable_refused() = ToRefusal(refusal);
    OneLess();
  }

  void OneLess() {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) done_(std::move(response_));
  }

  Front& front_;
  const identity::Caller caller_;
  const SubmitFn submit_;
  // Each element is touched by the one thread that has its index.
  v1::SubmitBatchRequest request_;
  v1::SubmitBatchResponse response_;
  std::atomic<int> left_;
  absl::AnyInvocable<void(v1::SubmitBatchResponse)> done_;
};

}  // namespace

absl::Status CheckBatch(const v1::SubmitBatchRequest& request) {
  const int size = request.submissions_size();
  return size >= 1 && size <= kMaxBatch ? absl::OkStatus() : BatchSizeInvalid();
}

void RunBatch(Front& front, const identity::Caller& caller, v1::SubmitBatchRequest request,
              const SubmitFn& submit, absl::AnyInvocable<void(v1::SubmitBatchResponse)> done) {
  std::make_shared<Batch>(front, caller, std::move(request), submit, std::move(done))->Start();
}

}  // namespace amana::rpc
