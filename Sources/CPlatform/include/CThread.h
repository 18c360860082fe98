// Priority of single threads, which Glibc's Swift module does not reach.

#ifndef CTHREAD_H
#define CTHREAD_H

/// Lowers the calling thread's priority (Linux keeps niceness per thread). Returns 0 or -errno.
int cp_thread_niceness(int niceness);
/// Names the calling thread, cut to 15 bytes.
void cp_thread_name(const char *name);
/// The text of an error number, safe from any thread.
void cp_error_text(int number, char *text, int capacity);

#endif
