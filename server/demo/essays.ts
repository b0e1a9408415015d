/** How well one row of a rubric is met: the keys of its levels. */
export type Level = 'full' | 'some' | 'none'

interface Part {
  /** Of the rubric's row. */
  readonly key: string
  /** What somebody writes who meets it so well; '' for nothing. */
  readonly en: Readonly<Record<Level, readonly string[]>>
  readonly ar: Readonly<Record<Level, string>>
  /** What whoever marks says to one who does not meet it in full. */
  readonly comment: string
}

export type EssayKey = 'note' | 'seizure' | 'preservation'

/** What the sample trainees write, by question: a text is put together from a sentence or two for each row of the rubric, so that it deserves the
 * marks that it is given. */
export const ESSAYS: Readonly<Record<EssayKey, readonly Part[]>> = {
  note: [
    {
      key: 'facts',
      en: {
        full: [
          'A shop owner states that a man called her and said that he was from her bank. Her phone showed the number of the bank. She read him two codes, and 18,400 euros left her account. The receiving account ends in 4471.',
          'Caller: the owner of a shop. She was called under the number of her bank by a man who asked for two codes, which she gave. 18,400 EUR went to an account of which she knows the last digits, 4471. The receiving bank is not known.'
        ],
        some: [
          'A shop owner was called by a man who pretended to be her bank. She gave him two codes and lost 18,400 euros.',
          'The victim gave codes to an unknown caller. A large amount went to an account ending in 4471.'
        ],
        none: ['The victim was deceived by professional criminals in the usual way.']
      },
      ar: {
        full: 'تقول صاحبة متجر إن رجلًا اتصل بها وقال إنه من مصرفها، وأظهر هاتفها رقم المصرف. قرأت له رمزين، ثم خرجت من حسابها 18,400 يورو. ينتهي الحساب المستلِم بالرقم 4471.',
        some: 'اتصل رجل بصاحبة متجر وادّعى أنه من المصرف، فأعطته رمزين وخسرت 18,400 يورو.',
        none: 'تعرضت الضحية للاحتيال بالطريقة المعتادة.'
      },
      comment: 'Amount, account and the number that was shown: a colleague needs all three to go on.'
    },
    {
      key: 'times',
      en: {
        full: ['The call came at 09:12 local time (UTC+2); at 09:31 she saw the payment; she called us at 09:40.', 'All times local, UTC+2. 09:12 call. 09:31 money gone. 09:40 call to this desk.'],
        some: ['The call came at 09:12, and she called us at 09:40.', 'It happened around nine and was reported at 09:40.'],
        none: ['This was in the morning.', '']
      },
      ar: {
        full: 'جاءت المكالمة في الساعة 09:12 بالتوقيت المحلي (UTC+2)، ورأت خروج المال في الساعة 09:31، واتصلت بنا في الساعة 09:40.',
        some: 'جاءت المكالمة في الساعة 09:12 واتصلت بنا في الساعة 09:40.',
        none: 'كان ذلك في الصباح.'
      },
      comment: 'Give each time with its zone: the receiving bank may be in another.'
    },
    {
      key: 'steps',
      en: {
        full: ['09:55: I called the fraud desk of her bank and asked for a recall; confirmed at 10:04. Open: the receiving bank and her written statement.', 'At 09:55 I asked the bank\'s fraud desk to recall the payment, which they confirmed at 10:04. Not yet done: statement, receiving bank, real number of the caller.'],
        some: ['I called the bank and asked for the payment to be recalled.', 'The fraud desk of the bank was informed at 09:55.'],
        none: ['The case will be looked into.', 'Further steps follow.']
      },
      ar: {
        full: '09:55: اتصلتُ بمكتب الاحتيال في المصرف وطلبتُ الاسترداد، فأكّده في الساعة 10:04. بقي: المصرف المستلِم وإفادتها المكتوبة.',
        some: 'اتصلتُ بالمصرف وطلبتُ استرداد المبلغ.',
        none: 'ستُدرس القضية.'
      },
      comment: 'Say what your call to the bank led to, and what is still open.'
    }
  ],
  seizure: [
    {
      key: 'power',
      en: {
        full: ['Under a search warrant I entered the flat at 06:30. A neighbour was present throughout.', '06:30: entry on the strength of a search warrant, in the presence of a neighbour.'],
        some: [],
        none: ['We went into the flat early in the morning.', '']
      },
      ar: { full: 'دخلتُ الشقة بأمر تفتيش في الساعة 06:30 بحضور جار.', some: '', none: 'دخلنا الشقة في الصباح الباكر.' },
      comment: 'Name the warrant and who was present: it is the first thing the defence asks.'
    },
    {
      key: 'object',
      en: {
        full: ['On the kitchen table lay a telephone, switched on and locked. Its screen was cracked before it was touched.', 'Object 1: a telephone, on the kitchen table. State: on, locked, screen cracked.'],
        some: ['A telephone with a cracked screen was found.', 'On the kitchen table we found a telephone, which was locked.'],
        none: ['A telephone was seized.']
      },
      ar: {
        full: 'كان على طاولة المطبخ هاتف مشغَّل ومقفل، وشاشته مشروخة قبل أن يُلمس.',
        some: 'عُثر على هاتف شاشته مشروخة.',
        none: 'ضُبط هاتف.'
      },
      comment: 'Where it lay and its state, damage too, as it was before you touched it.'
    },
    {
      key: 'chain',
      en: {
        full: ['06:48: put into a bag that keeps out radio, seal 0093. 09:15: handed to the laboratory, which received it as L-212.', 'I sealed it in a radio-proof bag at 06:48 (seal number 0093) and gave it to the laboratory at 09:15, where it bears the number L-212.'],
        some: ['It was put into a bag at 06:48 and brought to the laboratory at 09:15.', 'It was sealed under number 0093 and taken to the laboratory, where it is L-212.'],
        none: ['It was taken to the laboratory.']
      },
      ar: {
        full: '06:48: وُضع في كيس يحجب موجات الراديو، ختمه رقم 0093. 09:15: سُلّم إلى المختبر فأعطاه الرقم L-212.',
        some: 'وُضع في كيس في الساعة 06:48 وأُخذ إلى المختبر في الساعة 09:15.',
        none: 'أُخذ إلى المختبر.'
      },
      comment: 'Seal number, both times and who received it: without them its way has a gap.'
    }
  ],
  preservation: [
    {
      key: 'what',
      en: {
        full: ['We ask you to have the connection logs of the account `pay-desk` of 3 and 4 May preserved. We do not ask for their content yet.', 'Please have preserved: all connection logs, account `pay-desk`, 3 May 00:00 to 4 May 24:00. It was used to send false invoices.'],
        some: ['We ask you to preserve the logs of the account `pay-desk`, which was used to send false invoices.', 'Please keep the connection data of 3 and 4 May of the provider in your country.'],
        none: ['Please send us everything that you have about the sender of the false invoices.']
      },
      ar: {
        full: 'نرجو حفظ سجلات اتصال الحساب `pay-desk` ليومي 3 و4 مايو، ولا نطلب مضمونها بعد.',
        some: 'نرجو حفظ سجلات الحساب `pay-desk` الذي أُرسلت منه فواتير مزيّفة.',
        none: 'نرجو إرسال كل ما لديكم عن مُرسِل الفواتير.'
      },
      comment: 'Account, kind of data and days: a request that can be done the same night.'
    },
    {
      key: 'why',
      en: {
        full: ['The provider deletes its logs after fourteen days: those of 3 May are gone on 17 May. The formal request follows in about three weeks.', 'This is urgent. Logs are kept for fourteen days, so that the first are lost on 17 May, before our formal request can reach you.'],
        some: [],
        none: ['We thank you for a quick answer.', 'The formal request follows.']
      },
      ar: { full: 'يحذف مقدّم الخدمة السجلات بعد أربعة عشر يومًا، فتزول سجلات 3 مايو في 17 مايو. وسيتبع الطلب الرسمي بعد نحو ثلاثة أسابيع.', some: '', none: 'نشكركم على سرعة الرد.' },
      comment: 'Say on which day the data would be gone: that is what makes it urgent.'
    }
  ]
}
