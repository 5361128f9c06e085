"""What do others learn when a job changes? Live updates to open WebSockets, and signed webhooks.

`live` posts each new version of a job to the connections that follow it, `webhooks` delivers one signed message when a
job ends, `addresses` decides where a webhook may go. The functions behind the table's stream, the sockets and the
deliveries queue are here; nothing of a worker is: a job that nobody follows costs nothing.
"""
