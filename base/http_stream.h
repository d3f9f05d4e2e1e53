// One connection of an http::Server, on a socket that never blocks, with or without TLS: first the
// handshake and a request's head are gathered as they come, by one who polls; then the request is
// worked on through a RequestStream, which is waited for, within bounds. Of base/http_server only.
#ifndef AMANA_BASE_HTTP_STREAM_H_
#define AMANA_BASE_HTTP_STREAM_H_

#include <httplib.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace amana::http {

using Moment = std::chrono::steady_clock::time_point;

// One thread at a time.
class Connection {
 public:
  // Owns the socket. `tls`: of SSL_new, or none.
  Connection(int socket, SSL* tls, size_t max_head);
  ~Connection();  // takes leave and closes

  enum class Step {
    kRead,      // poll for POLLIN and come again
    kWrite,     // for POLLOUT
    kHead,      // a request's head is here
    kTooLarge,  // the bound is passed and no head is here
    kGone,      // closed, broken, or no TLS that we take
  };
  // As much of handshake and head as can be had without waiting. What came after the head of the
  // request before counts first.
  Step Gather();
  bool begun() const { return begin_ < buffer_.size(); }  // something of a head is here
  size_t head_size() const { return head_size_; }

  // `size` > 0: so many bytes. Else `wait`: what to poll for; 0: it is over.
  struct Io {
    size_t size = 0;
    short wait = 0;
  };
  Io Read(char* to, size_t size);  // what was gathered first
  Io Write(const char* from, size_t size);

  // Says that nothing will be said any more. Does not wait; once.
  void TakeLeave();
  // Throws away what has come; how much of it there was.
  Io Discard();

  int socket() const { return socket_; }
  const std::string& peer() const { return peer_; }    // its address; of IPv6 the /64
  bool same_machine() const { return same_machine_; }  // unix sockets and loopback
  size_t requests = 0;                                 // for whoever counts them

 private:
  Io Result(int got);
  Io ReadSocket(char* to, size_t size);
  static Step StepOf(short wait);

  const int socket_;
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
  const size_t max_head_;
  std::string peer_;
  bool same_machine_ = true;
  bool broken_ = false;
  bool left_ = false;
  std::string buffer_;
  size_t begin_ = 0;      // of what nobody has read
  size_t scanned_ = 0;    // no head ends before
  size_t head_size_ = 0;  // from begin_, when Gather() said kHead
};

struct StreamLimits {
  std::chrono::microseconds timeout;  // of one read
  std::chrono::microseconds whole;    // of all of a request that is not gathered
  size_t max_bytes;                   // of the same
};

// One request and its answer. Reading fails beyond the limits; an answer may take `whole`, and a
// second more for each 4 KiB.
class RequestStream : public httplib::Stream {
 public:
  RequestStream(Connection& connection, const StreamLimits& limits);

  // Whether the next request may come after this one: all went well, the head was read, and the
  // answer did not say "close".
  bool keeps() const { return keeps_ && taken_ >= connection_.head_size(); }
  void CloseAfter() { keeps_ = false; }

  bool is_readable() const override { return true; }  // reading waits
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;  // all of it, or it failed
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  // Nobody polls this one but us: httplib, which would use select, refuses what is too high for it.
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  Connection& connection_;
  const StreamLimits limits_;
  const Moment read_until_;
  const size_t max_taken_;
  size_t taken_ = 0;
  bool keeps_ = true;
};

}  // namespace amana::http

#endif  // AMANA_BASE_HTTP_STREAM_H_
