#include "agency-adapters/foreign-affairs/receipt.h"

#include "base/testing.h"

namespace amana::foreign_affairs {
namespace {

// After the example of RFC 8098, section 9.
std::string Report(const std::string& disposition) {
  return "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
         "--b\r\n\r\nThe message was displayed.\r\n"
         "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
         "Reporting-UA: joes-pc.cs.example.com; Foomail 97.1\r\n"
         "Original-Recipient: rfc822;desk@mfa.example.ke\r\n"
         "Original-Message-ID:\r\n <X.v3@referral.example.ke>\r\n" +
         disposition + "\r\n--b--\r\n";
}

TEST(ReceiptTest, ReadsWhatAProgramReports) {
  struct {
    const char* disposition;
    bool displayed, by_hand;
  } const table[] = {
      {"Disposition: manual-action/MDN-sent-manually; displayed\r\n", true, true},
      {"disposition: Manual-Action/MDN-sent-automatically; Displayed/error\r\n", true, true},
      {"Disposition: automatic-action/MDN-sent-automatically; displayed\r\n", true, false},
      {"Disposition: manual-action/MDN-sent-manually; deleted\r\n", false, true},
      {"Disposition: displayed\r\n", false, false},
      {"", false, false},
  };
  for (const auto& row : table) {
    const auto part = ReadPart(Report(row.disposition));
    AMANA_ASSERT_OK(part);
    const auto receipt = ReadReceipt(*part);
    ASSERT_TRUE(receipt.has_value()) << row.disposition;
    EXPECT_EQ(receipt->message_id, "X.v3@referral.example.ke");
    EXPECT_EQ(receipt->displayed, row.displayed) << row.disposition;
    EXPECT_EQ(receipt->by_hand, row.by_hand) << row.disposition;
  }
}

TEST(ReceiptTest, NothingElseIsOne) {
  for (const char* text :
       {"Content-Type: text/plain\r\n\r\nDisposition: x; displayed\r\n",
        "Content-Type: multipart/report; report-type=delivery-status; "
        "boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
        "Content-Type: multipart/report; "
        "report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n\r\nx\r\n"}) {
    const auto part = ReadPart(text);
    AMANA_ASSERT_OK(part);
    EXPECT_FALSE(ReadReceipt(*part).has_value()) << text;
  }
}

}  // namespace

}  // namespace amana::foreign_affairs
