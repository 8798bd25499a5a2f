"""The set phrases of mail programs, by what they do: announce a quote, label a copied header, head a copied
mail. Data only, looked up as whole words or labels, so that a language more costs nothing to read.

The words are those that the mail programs themselves use in their translations (desktop, web and phone
programs, about fifty languages)."""

# "On <date>, <name> wrote:". Lower case, whole words.
WROTE = frozenset(
    (
        "wrote writes sent said replied schrieb schreef skreau skryf geschreven skrev skreiv skrifaði "
        "skrivaði schreift écrit escribió escribiu escriure escriguèt scritto scrivè scris scribite "
        "escreveu napisał napisała pisze napsal napsala píše napísal napísala napisao napisao/la "
        "napisala napisal piše написа написао напиша написав написала напісаў написал пишет писал писала "
        "пише rašė parašė rakstīja kirjoitti kirjutas kirjutanud írta yazdı yazmış yazıb yozgan viết "
        "menulis έγραψε shkroi shkruar skribis idatzi scríobh ysgrifennodd skrivet napisaŭ nivîsî كتب "
        "كتبت نوشت نوشته כתב כתבה כתב/ה დაწერა գրեց लिखा लिहिले लिहीले लेख्नुभयो "
        "লিখেছেন লিখেছিলেন লিখিছিল ਲਿਖਿਆ ubhale"
    ).split(" ")
)
# The same in scripts that set no spaces, or that glue the verb to the name. Found anywhere.
WROTE_GLUED = (
    "写道|寫道|寫到|写下|寫下|提到|のメール|書きました|작성|쓴 내용|썼습니다|เขียนว่า|បានសរសេរ"
).split("|")

# The words such a line may begin with, the date next. Lower case.
OPENERS = frozenset(
    (
        "on at am den um dne dňa v w o u dana dana. dana, в у во на le lo el il em a no dia op på tann "
        "þann klockan pada vào στις la în in je më ditën ar an d'an/ar 在 於 于 في در בתאריך ב- ngo "
        "ühel"
    ).split(" ")
)

# Labels of a copied header, by what they name. Lower case, without the colon.
LABELS = {
    "from": (
        "from|von|de|da|di|du|van|afzender|fra|frá|frå|från|avsändare|afsender|avsender|lähettäjä|od|"
        "odesílatel|odosielateľ|expéditeur|remitente|remetente|mittente|expeditor|de la|del|от|от кого|"
        "від|від кого|ад|шаље|од|feladó|küldő|siuntėjas|nuo|sūtītājs|saatja|gönderen|gönderici|kimden|"
        "kimdən|göndərən|šalje|pošiljatelj|pošiljalac|από|αποστολέας|nga|nork|nondik|oddi wrth|ó|"
        "seolaí|sendanto|od koho|dari|daripada|pengirim|từ|gửi từ|người gửi|จาก|ผู้ส่ง|من|المرسل|از|"
        "فرستنده|מאת|ಇಂದ|प्रेषक|से|প্রেরক|发件人|发件者|來自|来自|寄件人|寄件者|差出人|送信者|発信者|"
        "보낸 사람|보낸사람|발신|mesaj de la"
    ).split("|"),
    "date": (
        "date|sent|sent at|sent on|datum|datums|data|dato|date d'envoi|envoyé|envoyée|envoyé le|"
        "date d’envoi|enviado|enviada|enviado el|enviado em|enviada em|fecha|data de envio|inviato|"
        "inviata|data invio|gesendet|gesendet am|verschickt|verzonden|verzonden op|sendt|sendt den|"
        "skickat|skickades|lähetetty|päivämäärä|päiväys|wysłano|wysłane|data wysłania|odesláno|"
        "odoslané|odoslaná|dátum|elküldve|küldve|trimis|trimisă|data trimiterii|poslano|poslato|"
        "message du|ngày|đã gửi|đã gửi lúc|дата|отправлено|испратени|отправлен|дата отправки|надіслано|"
        "дата надсилання|изпратено|изпратен|испраћено|послато|датум|tarih|gönderme tarihi|gönderildi|"
        "gönderilme|tarix|išsiųsta|nosūtīts|kuupäev|saadetud|ημερομηνία|ημ/νία|στάλθηκε|απεστάλη|"
        "dátuma|dáta|dyddiad|dërguar|tanggal|dikirim|terkirim|tarikh|dihantar|วันที่|ส่ง|ส่งเมื่อ|التاريخ|"
        "تاريخ|تاریخ|أرسلت|تم الإرسال|ارسال شده|תאריך|נשלח|בתאריך|दिनांक|तिथि|তারিখ|发送时间|發送時間|"
        "寄件日期|傳送時間|傳送日期|已傳送|時間|时间|日期|发送日期|送信日時|送信日|送信|日付|日時|"
        "보낸 날짜|보낸날짜|날짜|발신 시각"
    ).split("|"),
    "to": (
        "to|an|à|a|aan|ontvanger|destinataire|destinatario|destinatário|destinatari|destinatar|do|komu|"
        "adresát|príjemca|para|per a|till|mottagare|til|modtager|mottaker|viðtakandi|vastaanottaja|"
        "către|catre|кому|до|до кого|каму|прима|за|za|prima|címzett|kam|gavėjas|saņēmējs|saaja|kellele|"
        "kime|alıcı|kimə|προς|παραλήπτης|për|nori|nora|derbynydd|chuig|ricevanto|al|kepada|untuk|"
        "penerima|đến|người nhận|tới|ถึง|ผู้รับ|إلى|الى|المستلم|به|گیرنده|אל|אל:|प्रति|প্রাপক|收件人|"
        "收件者|宛先|받는 사람|받는사람|수신"
    ).split("|"),
    "subject": (
        "subject|betreff|objet|sujet|asunto|assunto|assumpte|oggetto|onderwerp|ûnderwerp|emne|ämne|"
        "efni|aihe|temat|předmět|predmet|zadeva|subiect|subiectul|тема|тэма|относно|предмет|наслов|"
        "naslov|tárgy|tema|temats|teema|pealkiri|konu|mövzu|θέμα|subjekti|subjekt|gaia|pwnc|ábhar|temo|"
        "perihal|subjek|tajuk|chủ đề|tiêu đề|หัวเรื่อง|เรื่อง|الموضوع|موضوع|נושא|विषय|বিষয়|主旨|主题|"
        "主題|标题|件名|제목"
    ).split("|"),
    "other": (
        "cc|bcc|copia|copie|copie à|cópia|kopi|kopi til|kopia|kopie|kopio|kópia|kópie|másolat|kopija|"
        "koopia|bilgi|nüsxə|κοινοποίηση|копия|копія|копие|dw|to wiadomości|antwort an|antwort-an|"
        "antwoord aan|reply to|reply-to|responder a|répondre à|risposta|rispondi a|svara till|svar til|"
        "odpowiedz do|odpověď|attachments|anlagen|anhänge|pièces jointes|adjuntos|anexos|allegati|"
        "bijlagen|vedhæftninger|bilagor|załączniki|přílohy|вложения|importance|priority|wichtigkeit|"
        "priorität|importancia|importância|prioriteit|prioritet|organization|organisation|抄送|副本|"
        "密件抄送|참조|写し|附件"
    ).split("|"),
}
LABEL_OF = {word: kind for kind, words in LABELS.items() for word in words}

# The words on a rule that opens a copied mail: "-----Original Message-----".
ORIGINAL = tuple(
    (
        "original message|reply message|original appointment|original mail|original e-mail|"
        "ursprüngliche nachricht|originalnachricht|original-nachricht|ursprünglicher termin|"
        "message d'origine|message d’origine|message original|message initial|courriel original|"
        "mail original|mensaje original|mensaxe orixinal|missatge original|mensagem original|"
        "messaggio originale|messaggio originario|mesaj original|mesajul original|"
        "oorspronkelijk bericht|oorspronkelijke bericht|origineel bericht|oarspronklik berjocht|"
        "oprindelig meddelelse|original meddelelse|oprindeligt brev|original besked|"
        "opprinnelig melding|opphavleg melding|opprinneleg melding|originalmeddelande|"
        "ursprungligt meddelande|upprunaleg skilaboð|alkuperäinen viesti|wiadomość oryginalna|"
        "oryginalna wiadomość|původní zpráva|původní e-mail|pôvodná správa|izvorna poruka|"
        "originalna poruka|izvorno sporočilo|izvirno sporočilo|исходное сообщение|"
        "оригинальное сообщение|оригінальне повідомлення|початкове повідомлення|"
        "арыгінальнае паведамленне|оригинално писмо|оригинално съобщение|първоначално съобщение|"
        "оригинална порука|оригинална порака|eredeti üzenet|originalus laiškas|pradinis laiškas|"
        "sākotnējā vēstule|esialgne kiri|algupärane sõnum|özgün ileti|orijinal ileti|orijinal mesaj|"
        "orijinal məktub|αρχικό μήνυμα|mesazhi origjinal|jatorrizko mezua|neges wreiddiol|"
        "originala mesaĝo|pesan asli|mesej asal|thư gốc|tin nhắn gốc|ข้อความเดิม|ข้อความต้นฉบับ|"
        "الرسالة الأصلية|الرسالة الأساسية|پیام اصلی|הודעה מקורית|मूल संदेश|मौलिक संदेश|原始邮件|"
        "原始郵件|原始信息|邮件原件|原邮件|元のメッセージ|元のメール|オリジナルのメッセージ|"
        "원본 메시지|원본 메일|원본메일"
    ).split("|")
)
FORWARDED = tuple(
    (
        "forwarded message|forwarded by|begin forwarded message|start of forwarded message|"
        "forwarded email|weitergeleitete nachricht|weitergeleitet von|anfang der weitergeleiteten|"
        "message transféré|message réexpédié|début du message transféré|début du message réexpédié|"
        "mensaje reenviado|inicio del mensaje reenviado|mensaxe reenviada|mensaxe reencamiñada|"
        "missatge reenviat|mensagem encaminhada|mensagem reencaminhada|início da mensagem|"
        "messaggio inoltrato|inizio messaggio inoltrato|mesaj înaintat|mesaj redirecționat|"
        "doorgestuurd bericht|begin doorgestuurd bericht|aangestuurde boodskap|videresendt meddelelse|"
        "videresendt besked|videresendt brev|videresendt melding|vidaresendt melding|"
        "start på videresendt|begynnelse på videresendt|vidarebefordrat meddelande|"
        "vidarebefordrat mejl|vidarebefordrat brev|edelleenlähetetty viesti|välitetty viesti|"
        "przekazana wiadomość|wiadomość przekazana|wiadomość przekazywana|początek przekazywanej|"
        "přeposlaná zpráva|ďalej odoslaná správa|preposlaná správa|proslijeđena poruka|"
        "prosleđena poruka|posredovano sporočilo|пересылаемое сообщение|пересланное сообщение|"
        "начало переадресованного|переслане повідомлення|перасланае паведамленне|препратено писмо|"
        "препратено съобщение|прослеђена порука|препратена порака|továbbított üzenet|"
        "persiųstas laiškas|pārsūtīta vēstule|edastatud sõnum|edastatud kiri|yönlendirilmiş ileti|"
        "iletilen ileti|iletilmiş mesaj|προωθημένο μήνυμα|mesazhi i përcjellë|plusendita mesaĝo|"
        "pesan terusan|pesan yang diteruskan|mesej dimajukan|thư đã chuyển tiếp|thư được chuyển tiếp|"
        "ข้อความส่งต่อ|ข้อความที่ส่งต่อ|رسالة ممررة|رسالة مُعاد توجيهها|پیام ارسال شده|הודעה מועברת|"
        "הודעה שהועברה|अग्रेषित संदेश|转发的邮件|转发的信息|轉寄的郵件|轉遞的郵件|转发邮件|"
        "転送されたメッセージ|転送メッセージ|転送するメッセージ|전달된 메시지|전달된 메일"
    ).split("|")
)

# How the subject of an answer begins that a program writes while its owner is away.
AUTOMATIC = tuple(
    (
        "automatic reply|auto reply|auto-reply|autoreply|auto:|out of office:|out of office auto|ooo:|"
        "automatische antwort|abwesenheitsnotiz|abwesend:|abwesenheit:|réponse automatique|"
        "absence du bureau|absent du bureau|respuesta automática|fuera de la oficina:|"
        "risposta automatica|fuori sede:|fuori ufficio:|resposta automática|ausência temporária|"
        "automatisch antwoord|afwezig:|autosvar|automatiskt svar|frånvaro:|automatisk svar|fravær:|"
        "automaattinen vastaus|poissa:|odpowiedź automatyczna|automatická odpověď|automatická odpoveď|"
        "automatikus válasz|răspuns automat|otomatik yanıt|автоматический ответ|автоответ|"
        "автоматична відповідь|αυτόματη απάντηση|מענה אוטומטי|رد تلقائي|自动答复|自動回覆|自動応答|"
        "不在通知|자동 회신|부재중"
    ).split("|")
)
