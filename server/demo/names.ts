import type { Chance } from './chance.ts'

/** A name in Latin letters, which an address can be made of, and as it is shown. */
export interface Name {
  readonly latin: string
  readonly shown: string
}

/** First and second parts that go together. `latin=native` where the country writes another script. */
interface NameSet {
  readonly weight: number
  readonly first: string
  readonly second: string
  /** Between the parts in the native script; a space when left out. */
  readonly nativeJoin?: string
}

/** How many in a hundred are shown in their own script. */
const NATIVE_PERCENT = 55

/** Ordinary given and family names, parted by commas, in the order in which the country writes them. Pairs that a
 * well-known person bears are kept apart by leaving one of them out. */
const SETS: Readonly<Record<string, readonly NameSet[]>> = {
  MY: [
    { weight: 3, first: 'Faizal bin,Hafiz bin,Khairul bin,Azlan bin,Firdaus bin,Ridzuan bin,Shahrul bin,Amirul bin', second: 'Abdullah,Rahman,Ismail,Yusof,Salleh,Mansor,Razali,Kassim' },
    { weight: 3, first: 'Rosnah binti,Zulaikha binti,Nur Izzati binti,Siti Aminah binti,Hasnah binti,Norliza binti,Farah binti,Aisyah binti', second: 'Abdullah,Rahman,Ismail,Yusof,Salleh,Mansor,Razali,Kassim' },
    { weight: 3, first: 'Tan=陈,Lim=林,Wong=黄,Chong=张,Low=刘,Goh=吴', second: 'Wei Jie=伟杰,Mei Ling=美玲,Jun Hao=俊豪,Siew Ling=秀玲,Kah Wai=家伟,Hui Min=慧敏,Zhi Hao=志豪,Li Ying=丽英', nativeJoin: '' },
    { weight: 1, first: 'Priya,Suresh,Kavitha,Ganesan,Deepa,Prakash', second: 'Subramaniam,Muniandy,Krishnan,Rajendran,Veerappan,Letchumanan' }
  ],
  MM: [{ weight: 1, first: 'Kyaw=ကျော်,Zaw=ဇော်,Thiha=သီဟ,Nanda=နန္ဒ,Thura=သူရ,Hnin=နှင်း,Thandar=သန္တာ,Yamin=ယမင်း,Phyo=ဖြိုး,Htet=ထက်', second: 'Lwin=လွင်,Naing=နိုင်,Htun=ထွန်း,Moe=မိုး,Zin=ဇင်,Wai=ဝေ,Aye=အေး,Khaing=ခိုင်', nativeJoin: '' }],
  TH: [{ weight: 1, first: 'Chaiwat=ชัยวัฒน์,Anong=อนงค์,Kittisak=กิตติศักดิ์,Supaporn=สุภาพร,Wichai=วิชัย,Nattaya=ณัฐยา,Prasert=ประเสริฐ,Malee=มาลี,Thanakorn=ธนากร,Siriporn=ศิริพร', second: 'Saetang=แซ่ตั้ง,Jaidee=ใจดี,Srisuk=ศรีสุข,Boonmee=บุญมี,Thongdee=ทองดี,Rattanakul=รัตนกุล,Suksai=สุขใส,Kaewmanee=แก้วมณี,Phromma=พรหมมา' }],
  KH: [{ weight: 1, first: 'Chea,Sok,Keo,Mao,Chhim,Nhem,Oum,Prak,Seng,Ly', second: 'Sophea,Dara,Bopha,Visal,Sreymom,Kosal,Chanthou,Vuthy,Sopheap,Ratana' }],
  ID: [{ weight: 1, first: 'Budi,Siti,Dewi,Bayu,Rina,Ratna,Yusuf,Wulan,Fajar,Slamet', second: 'Santoso,Wijaya,Prasetyo,Maharani,Hidayat,Nugroho,Saputra,Kusuma,Permana,Siregar' }],
  PH: [{ weight: 1, first: 'Ramil,Rowena,Jerome,Liezel,Marites,Noel,Jocelyn,Rodel,Cherry,Edwin,Analyn', second: 'Dela Cruz,Villanueva,Ramos,Navarro,Salazar,Mercado,Domingo,Pascual,Manalo,Velasco,Ocampo' }],
  LK: [{ weight: 1, first: 'Nimal,Kumari,Dilani,Ruwan,Sanduni,Sampath,Ishara,Asanka,Nadeesha,Lasantha', second: 'Gunawardena,Bandara,Rathnayake,Ekanayake,Wijesekara,Abeysekera,Liyanage,Samarakoon,Hettiarachchi' }],
  NP: [{ weight: 1, first: 'Sita,Bishnu,Anita,Prakash,Sunita,Dipak,Kamala,Rajesh,Manju,Suresh', second: 'Gurung,Thapa,Tamang,Shrestha,Rai,Adhikari,Karki,Magar,Khatri' }],
  KZ: [
    { weight: 1, first: 'Nurlan=Нурлан,Yerlan=Ерлан,Aidos=Айдос,Timur=Тимур,Talgat=Талгат,Azamat=Азамат', second: 'Akhmetov=Ахметов,Ospanov=Оспанов,Zhumabayev=Жумабаев,Sadykov=Садыков,Iskakov=Искаков,Kasymov=Касымов' },
    { weight: 1, first: 'Aigul=Айгуль,Saule=Сауле,Dinara=Динара,Gulnara=Гульнара,Madina=Мадина,Zarina=Зарина', second: 'Akhmetova=Ахметова,Ospanova=Оспанова,Zhumabayeva=Жумабаева,Sadykova=Садыкова,Iskakova=Искакова,Kasymova=Касымова' }
  ],
  EG: [{ weight: 1, first: 'Mahmoud=محمود,Ayman=أيمن,Mona=منى,Hossam=حسام,Yasmin=ياسمين,Karim=كريم,Dina=دينا,Tarek=طارق,Heba=هبة,Sherif=شريف', second: 'Abdelrahman=عبد الرحمن,Shehata=شحاتة,Ghoneim=غنيم,Salama=سلامة,Badawy=بدوي,Rizk=رزق,Hegazy=حجازي,Metwally=متولي' }],
  JO: [{ weight: 1, first: 'Laith=ليث,Hala=هالة,Omar=عمر,Reem=ريم,Khaled=خالد,Suha=سهى,Faris=فارس,Lina=لينا,Zaid=زيد,Nour=نور', second: 'Haddad=حداد,Al-Zoubi=الزعبي,Obeidat=عبيدات,Rawashdeh=الرواشدة,Shboul=الشبول,Batayneh=البطاينة,Dababneh=دبابنة,Qudah=القضاة' }],
  MA: [{ weight: 1, first: 'Youssef=يوسف,Fatima=فاطمة,Hamid=حميد,Sanae=سناء,Rachid=رشيد,Nadia=نادية,Khalid=خالد,Samira=سميرة,Driss=إدريس,Imane=إيمان', second: 'Bennani=بناني,El Idrissi=الإدريسي,Tazi=التازي,Lahlou=لحلو,Sebti=السبتي,Filali=الفيلالي,Ouazzani=الوزاني,Sqalli=الصقلي' }],
  ZM: [{ weight: 1, first: 'Mwila,Chanda,Bwalya,Mutale,Chipo,Thandiwe,Natasha,Kelvin,Memory,Precious,Gift,Webster,Ruth', second: 'Phiri,Banda,Mulenga,Tembo,Zulu,Mwansa,Kabwe,Sakala,Chilufya,Ngoma,Simukonda,Hamoonga' }],
  KE: [{ weight: 1, first: 'Wanjiku,Achieng,Kiptoo,Akinyi,Collins,Mercy,Elijah,Samuel,Lilian,Moraa', second: 'Otieno,Mwangi,Ochieng,Wekesa,Barasa,Mutiso,Muriuki,Wafula,Odhiambo,Mutua' }],
  GH: [{ weight: 1, first: 'Kwame,Kofi,Ama,Akosua,Yaw,Abena,Kojo,Efua,Esi,Kwabena', second: 'Mensah,Owusu,Asante,Ofori,Amponsah,Adjei,Quartey,Tetteh,Agyekum,Sarpong' }],
  TZ: [{ weight: 1, first: 'Neema,Juma,Baraka,Rehema,Amani,Zawadi,Hamisi,Asha,Salum,Upendo', second: 'Mushi,Massawe,Mwakyusa,Kimaro,Lyimo,Shayo,Mollel,Komba,Ngowi,Temu' }],
  SN: [{ weight: 1, first: 'Aminata,Khady,Ndeye,Astou,Babacar,Malick,Oumy,Alioune,Seynabou,Lamine', second: 'Badji,Thiam,Tine,Sylla,Diatta,Dieng,Mané,Coly,Sambou,Diédhiou' }],
  RW: [{ weight: 1, first: 'Claudine,Jeanine,Eric,Olivier,Vestine,Diane,Innocent,Aline,Théogène,Solange', second: 'Uwimana,Habimana,Mukamana,Nsengiyumva,Uwase,Ndayisaba,Bizimana,Ingabire,Nzabonimpa' }],
  RU: [
    { weight: 1, first: 'Andrei=Андрей,Sergei=Сергей,Dmitri=Дмитрий,Pavel=Павел,Ilya=Илья,Maksim=Максим,Roman=Роман,Kirill=Кирилл', second: 'Klyuchnikov=Ключников,Ovsyannikov=Овсянников,Sitnikov=Ситников,Ryabinin=Рябинин,Kolesov=Колесов,Gusarov=Гусаров,Lapshin=Лапшин,Panteleyev=Пантелеев' },
    { weight: 1, first: 'Olga=Ольга,Marina=Марина,Yelena=Елена,Irina=Ирина,Natalya=Наталья,Svetlana=Светлана,Darya=Дарья', second: 'Klyuchnikova=Ключникова,Ovsyannikova=Овсянникова,Sitnikova=Ситникова,Ryabinina=Рябинина,Kolesova=Колесова,Gusarova=Гусарова,Lapshina=Лапшина,Panteleyeva=Пантелеева' }
  ],
  RS: [{ weight: 1, first: 'Milan=Милан,Jelena=Јелена,Marko=Марко,Ivana=Ивана,Dragan=Драган,Tamara=Тамара,Vladan=Владан,Sanja=Сања,Zoran=Зоран', second: 'Veselinović=Веселиновић,Grujičić=Грујичић,Bogosavljević=Богосављевић,Stepanović=Степановић,Mitrašinović=Митрашиновић,Vukosavljević=Вукосављевић,Radivojević=Радивојевић' }],
  NI: [{ weight: 1, first: 'Marvin,Karla,Yader,Xiomara,Bismarck,Ileana,Denis,Martha,Franklin,Lesbia', second: 'Mairena,Zeledón,Rugama,Gadea,Centeno,Obando,Blandón,Picado,Sobalvarro' }],
  PE: [{ weight: 1, first: 'Milagros,Wilmer,Giovana,Percy,Yesenia,Elmer,Nélida,Hernán,Edith,Abel', second: 'Quispe,Huamán,Mamani,Flores,Paredes,Vilca,Salinas,Condori,Ticona,Palomino' }],
  FJ: [{ weight: 1, first: 'Sitiveni,Litia,Josefa,Mereseini,Apisai,Ana,Vani,Kelera,Isikeli,Losana', second: 'Naivalu,Cakau,Waqa,Qalo,Lutua,Bulivou,Dakuwaqa,Raiwalui,Tabualevu' }],
  PG: [{ weight: 1, first: 'Ruth,Serah,Philip,Lucy,Moses,Agnes,Vagi,Hitolo,Kila,Geua', second: 'Wari,Mek,Kaupa,Aihi,Toua,Gawi,Pala,Ravu,Kevau' }]
}

interface Part { readonly latin: string, readonly native: string | null }

interface ReadSet {
  readonly weight: number
  readonly first: readonly Part[]
  readonly second: readonly Part[]
  readonly nativeJoin: string
}

const READ: ReadonlyMap<string, readonly ReadSet[]> = new Map(Object.entries(SETS).map(([country, sets]) => [country, sets.map((set) => ({
  weight: set.weight,
  first: partsOf(set.first),
  second: partsOf(set.second),
  nativeJoin: set.nativeJoin ?? ' '
}))]))

/** @param country one of the sample programme's
 * @throws Error for another */
export function nameFrom (country: string, chance: Chance): Name {
  const sets = READ.get(country)
  if (sets === undefined) throw new Error(`no names for ${country}`)
  const set = chance.weighted(sets)
  const first = chance.one(set.first)
  const second = chance.one(set.second)
  const latin = `${first.latin} ${second.latin}`
  const native = first.native === null || second.native === null ? null : first.native + set.nativeJoin + second.native
  return { latin, shown: native !== null && chance.happens(NATIVE_PERCENT) ? native : latin }
}

/** The part of an address before the @: small Latin letters, digits and points. */
export function addressOf (latin: string): string {
  return latin.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z]+/g, '.')
}

function partsOf (written: string): Part[] {
  return written.split(',').map((part) => {
    const [latin = '', native = null] = part.split('=')
    return { latin, native }
  })
}
