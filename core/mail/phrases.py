"""The set phrases of mail programs and letter writers, by language: how a quote is announced, how a
copied header is labelled, how a letter is closed. Data only; quotes.py and signature.py use it.

Languages covered: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Czech, the
Scandinavian ones, Finnish, Russian, Vietnamese, and the headers of Chinese, Japanese and Korean."""

# "On <date>, <name> wrote:". Matched as whole words.
WROTE = (
    "wrote writes sent said skrev schrieb schreef escribió écrit scritto napisał napisał(a) napisała "
    "escreveu napsal napsal(a) kirjoitti пишет написал написал(а) geschreven viết"
).split()
# The same in scripts that set no spaces.
WROTE_GLUED = ("写道", "寫道", "のメール", "작성")

# Labels of a copied header, by what they name. Lower case, without the colon.
LABELS: dict[str, frozenset[str]] = {
    "from": frozenset(
        ("da|de|expéditeur|fra|from|från|lähettäjä|od|từ|van|von|от|发件人|寄件者|差出人|보낸 사람").split(
            "|"
        )
    ),
    "date": frozenset(
        (
            "data|date|date d'envoi|dato|datum|enviada|enviado|envoyé|envoyée|fecha|"
            "gesendet|inviato|lähetetty|message du|ngày|odesláno|päiväys|sendt|sent|sent at|"
            "sent on|skickat|verzonden|wysłane|wysłano|дата|отправлено|发送时间|寄件日期|日期|送信日時|"
            "보낸 날짜"
        ).split("|")
    ),
    "to": frozenset(
        (
            "a|aan|an|destinataire|do|komu|para|til|till|to|vastaanottaja|à|đến|кому|宛先|收件人|받는 사람"
        ).split("|")
    ),
    "subject": frozenset(
        (
            "aihe|assunto|asunto|betreff|chủ đề|emne|objet|oggetto|onderwerp|předmět|"
            "subject|sujet|temat|tiêu đề|ämne|тема|主旨|主题|件名|제목"
        ).split("|")
    ),
    "other": frozenset(
        (
            "antwort-an|attachments|bcc|cc|copia|copie|copie à|dw|importance|kopi|kopia|"
            "kopie|organisation|organization|priority|reply to|reply-to|risposta|répondre à|"
            "wichtigkeit|копия|抄送|참조"
        ).split("|")
    ),
}

# The words on a rule that opens a copied mail: "-----Original Message-----", "Begin forwarded message:".
ORIGINAL = (
    "original message",
    "reply message",
    "original appointment",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d'origine",
    "message original",
    "mensaje original",
    "mensagem original",
    "messaggio originale",
    "oorspronkelijk bericht",
    "oprindelig meddelelse",
    "opprinnelig melding",
    "originalmeddelande",
    "ursprungligt meddelande",
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "původní zpráva",
    "alkuperäinen viesti",
    "исходное сообщение",
    "original meddelelse",
)
FORWARDED = (
    "forwarded message",
    "forwarded by",
    "begin forwarded message",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten",
    "message transféré",
    "début du message transféré",
    "début du message réexpédié",
    "mensaje reenviado",
    "mensagem encaminhada",
    "messaggio inoltrato",
    "inizio messaggio inoltrato",
    "doorgestuurd bericht",
    "videresendt meddelelse",
    "videresendt melding",
    "vidarebefordrat meddelande",
    "przekazana wiadomość",
    "wiadomość przekazana",
    "пересылаемое сообщение",
    "пересланное сообщение",
    "edelleenlähetetty viesti",
    "přeposlaná zpráva",
)

# How a phone or a program signs by itself.
SENT_FROM = (
    "sent from",
    "sent via",
    "sent using",
    "get outlook for",
    "von meinem",
    "gesendet von",
    "diese nachricht wurde von",
    "envoyé de",
    "envoyé depuis",
    "envoyé à partir de",
    "enviado desde",
    "enviado do",
    "enviado de",
    "inviato da",
    "verzonden vanaf",
    "verstuurd vanaf",
    "sendt fra",
    "skickat från",
    "wysłano z",
    "wysłane z",
    "odesláno z",
    "lähetetty",
    "отправлено с",
    "отправлено из",
    "从我的",
    "发自我的",
    "downloaded from",
)

# How a letter ends. Lower case, compared after punctuation at the end is off; a closing may be longer
# by two words ("best regards from Oslo").
CLOSINGS = (
    "best|best regards|best wishes|best to all|all best|all the best|very best|bests|"
    "warm regards|warmest regards|warmly|kind regards|kindest regards|kindly|many regards|"
    "regards|rgds|br|bw|kr|sincerely|sincerely yours|yours|yours sincerely|yours truly|"
    "yours faithfully|faithfully|respectfully|respectfully yours|cordially|cheers|ciao|thanks|"
    "thanks again|many thanks|thanks so much|thanks very much|thanks a lot|thanks in advance|"
    "thank you|thank you again|thank you very much|thank you so much|thx|ta|take care|"
    "talk soon|speak soon|see you|see you soon|later|love|hugs|xoxo|have a good day|"
    "have a great day|have a nice day|have a good weekend|have a great weekend|with best regards|"
    "with kind regards|with thanks|with best wishes|in haste|peace|looking forward|"
    "mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichem gruß|freundliche grüße|"
    "viele grüße|viele grüsse|liebe grüße|beste grüße|herzliche grüße|schöne grüße|gruß|grüße|"
    "mfg|lg|vg|danke|vielen dank|besten dank|hochachtungsvoll|cordialement|bien cordialement|"
    "bien à vous|bien à toi|amicalement|merci|merci d'avance|bonne journée|salutations|"
    "salutations distinguées|meilleures salutations|à bientôt|bises|saludos|un saludo|"
    "saludos cordiales|atentamente|gracias|muchas gracias|un abrazo|abrazos|cordialmente|"
    "cordiali saluti|distinti saluti|saluti|grazie|un caro saluto|a presto|"
    "met vriendelijke groet|met vriendelijke groeten|vriendelijke groeten|groeten|groetjes|"
    "groet|bedankt|mvg|atenciosamente|obrigado|obrigada|abraço|abraços|cumprimentos|"
    "com os melhores cumprimentos|pozdrawiam|z poważaniem|serdecznie pozdrawiam|dziękuję|"
    "s pozdravem|děkuji|med vänliga hälsningar|vänliga hälsningar|hälsningar|mvh|tack|"
    "med venlig hilsen|venlig hilsen|hilsen|med vennlig hilsen|vennlig hilsen|tak|takk|"
    "terveisin|ystävällisin terveisin|kiitos|с уважением|спасибо|всего доброго|此致|敬礼|谢谢|"
    "よろしくお願いします|감사합니다|trân trọng"
).split("|")

# Words that open the small print under a company's mail.
DISCLAIMERS = (
    "this e-mail and any attachment",
    "this email and any attachment",
    "this message and any attachment",
    "this email message and any attachment",
    "this e-mail message and any attachment",
    "this message contains confidential",
    "this e-mail contains confidential",
    "this email contains confidential",
    "this e-mail is confidential",
    "this email is confidential",
    "this e-mail may contain",
    "this email may contain",
    "this message may contain",
    "this communication is intended",
    "this communication may contain",
    "this transmission",
    "the information contained in this",
    "the information in this e-mail",
    "the information in this email",
    "the contents of this e-mail",
    "the contents of this email",
    "confidentiality notice",
    "confidentiality note",
    "privileged and confidential",
    "confidential:",
    "disclaimer:",
    "notice: this",
    "important notice",
    "if you are not the intended recipient",
    "please consider the environment",
    "diese e-mail enthält vertrauliche",
    "ce message et toutes les pièces jointes",
    "este mensaje y sus",
    "questo messaggio",
)
