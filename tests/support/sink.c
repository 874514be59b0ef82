#include "sink.h"

#include "port.h"
#include "sink_talk.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct Sink
{
  SinkTalk talk;
  pid_t process; /* 0: nobody listens */
  int port;
};

static int
listen_on (int port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                 .sin_port = htons ((uint16_t) port) };
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
  setsockopt (listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  g_assert (bind (listener, (struct sockaddr *) &address, sizeof address) == 0 && listen (listener, 16) == 0);
  return listener;
}

static void
serve (const SinkTalk *talk, int listener)
{
  signal (SIGCHLD, SIG_IGN);
  for (;;)
    {
      int fd = accept (listener, NULL, NULL);
      if (fd >= 0 && fork () == 0)
        {
          prctl (PR_SET_PDEATHSIG, SIGKILL);
          close (listener);
          talk->answer (talk, fd);
          _exit (0);
        }
      close (fd);
    }
}

static void
begin (Sink *sink)
{
  int listener = listen_on (sink->port);
  sink->process = fork ();
  if (sink->process == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      serve (&sink->talk, listener);
    }
  close (listener);
}

static void
end (Sink *sink)
{
  if (sink->process == 0)
    return;
  kill (sink->process, SIGKILL);
  waitpid (sink->process, NULL, 0);
  sink->process = 0;
}

static Sink *
sink_new (const char *folder, const char *name, const char *certificate, void (*answer) (const SinkTalk *talk, int fd))
{
  Sink *sink = g_new0 (Sink, 1);
  sink->talk.orders = mmap (NULL, sizeof *sink->talk.orders, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  sink->talk.path = g_build_filename (folder, name, NULL);
  sink->talk.certificate = g_strdup (certificate);
  sink->talk.answer = answer;
  sink->port = port_free ();
  begin (sink);
  return sink;
}

Sink *
sink_http (const char *folder)
{
  return sink_new (folder, "http.sink", NULL, sink_answer_http);
}

Sink *
sink_smtp (const char *folder, const char *certificate)
{
  return sink_new (folder, "smtp.sink", certificate, sink_answer_smtp);
}

void
sink_stop (Sink *sink)
{
  end (sink);
  munmap (sink->talk.orders, sizeof *sink->talk.orders);
  g_free (sink->talk.path);
  g_free (sink->talk.certificate);
  g_free (sink);
}

int
sink_port (const Sink *sink)
{
  return sink->port;
}

void
sink_set (Sink *sink, SinkMode mode, int number, int retry_after)
{
  sink->talk.orders->mode = mode;
  sink->talk.orders->number = number;
  sink->talk.orders->retry_after = retry_after;
  if (mode == SINK_DOWN)
    end (sink);
  else if (sink->process == 0)
    begin (sink);
}

void
sink_keep (const SinkTalk *talk, const Json *message)
{
  g_autofree char *text = weir_json_text (message);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  int fd = open (talk->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  g_assert (write (fd, line, strlen (line)) == (ssize_t) strlen (line));
  close (fd);
}

Json *
sink_all (const Sink *sink)
{
  Json *all = json_array ();
  g_autofree char *text = NULL;
  if (!g_file_get_contents (sink->talk.path, &text, NULL, NULL))
    return all;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (size_t i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    json_array_append_new (all, json_loads (lines[i], 0, NULL));
  return all;
}

Json *
sink_taken (const Sink *sink)
{
  g_autoptr (Json) all = sink_all (sink);
  Json *taken = json_array ();
  for (size_t i = 0; i < json_array_size (all); i++)
    {
      Json *message = json_array_get (all, i);
      int64_t status = json_integer_value (json_object_get (message, "status"));
      if (status >= 200 && status < 300)
        json_array_append (taken, message);
    }
  return taken;
}

size_t
sink_count (const Sink *sink, bool taken)
{
  g_autoptr (Json) messages = taken ? sink_taken (sink) : sink_all (sink);
  return json_array_size (messages);
}
