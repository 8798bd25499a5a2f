"""Mail as Longhand reads it: IMAP and files in, MIME to the sender's own words, drafts out."""
