"""How letters end, by language: closings, the line a phone adds by itself, the small print under a company's
mail. Data only; signature.py uses it."""

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
    "sent with",
    "get bluemail",
    "envoyé avec",
    "gesendet mit",
    "enviado com",
    "enviado con",
    "inviato con",
    "verzonden met",
    "skickat med",
    "trimis de pe",
    "odoslané z",
    "надіслано з",
    "изпратено от",
    "poslano s",
    "poslano iz",
    "poslato sa",
    "küldve a",
    "elküldve a",
    "στάλθηκε από",
    "išsiųsta iš",
    "nosūtīts no",
    "dikirim dari",
    "đã gửi từ",
    "gửi từ iphone",
    "ส่งจาก",
    "נשלח מ",
    "أرسلت من",
    "مرسل من",
    "outlook für",
    "holen sie sich outlook",
    "télécharger outlook",
    "obtener outlook",
    "scarica outlook",
    "baixe o outlook",
    "outlook voor",
    "hent outlook",
    "hämta outlook",
    "从我的",
    "发自我的",
    "發自我的",
    "從我的",
    "downloaded from",
    "ᐧ",  # Streak marks tracked mail with it
)

# The same in languages that put the verb last.
SENT_FROM_END = (
    "gönderildi",
    "から送信",
    "より送信",
    "에서 보냄",
    "에서 보내기",
    "iphonesta",
    "omról küldve",
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
    "terveisin|ystävällisin terveisin|kiitos|с уважением|с наилучшими пожеланиями|спасибо|всего доброго|"
    "з повагою|дякую|з найкращими побажаннями|поздрави|с поздрав|благодаря|s pozdravom|ďakujem|"
    "s přátelským pozdravem|srdačan pozdrav|lijep pozdrav|s poštovanjem|hvala|lep pozdrav|pozdrav|"
    "üdvözlettel|üdv|köszönettel|köszönöm|tisztelettel|cu stimă|cu respect|o zi bună|mulțumesc|"
    "saygılarımla|sevgiler|selamlar|teşekkürler|iyi çalışmalar|με εκτίμηση|ευχαριστώ|φιλικά|pagarbiai|"
    "ačiū|ar cieņu|paldies|lugupidamisega|tervitades|kveðja|me respekt|faleminderit|amb atenció|"
    "salutacions|gràcies|salam|hormat kami|terima kasih|trân trọng|cảm ơn|此致|敬礼|敬禮|谢谢|謝謝|祝好|"
    "顺祝商祺|よろしくお願いします|よろしくお願いいたします|敬具|감사합니다|ขอบคุณครับ|ขอบคุณค่ะ|"
    "בברכה|תודה|مع التحية|مع تحياتي|تحياتي|شكرا"
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
    "think before you print",
    "diese nachricht ist vertraulich",
    "der inhalt dieser e-mail",
    "diese e-mail ist vertraulich",
    "ce courriel est confidentiel",
    "ce message est confidentiel",
    "ce courrier électronique",
    "este correo electrónico",
    "este mensaje es confidencial",
    "aviso legal",
    "aviso de confidencialidad",
    "aviso de confidencialidade",
    "esta mensagem e",
    "esta mensagem pode conter",
    "le informazioni contenute",
    "questa e-mail",
    "ai sensi del",
    "dit e-mailbericht",
    "dit bericht is vertrouwelijk",
    "de informatie in dit",
    "detta e-postmeddelande",
    "denne e-mail",
    "denne e-posten",
    "niniejsza wiadomość",
    "treść tej wiadomości",
    "tato zpráva",
    "tämä sähköposti",
    "настоящее сообщение",
    "это сообщение",
    "ez az e-mail",
    "acest mesaj",
    "bu e-posta",
    "diese e-mail enthält vertrauliche",
    "ce message et toutes les pièces jointes",
    "este mensaje y sus",
    "questo messaggio",
)
